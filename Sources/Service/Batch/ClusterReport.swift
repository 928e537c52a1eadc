public import BatchClustering
import Foundation
import Kernels

/// What `cluster` prints on standard error: what was found and how good it is.
public struct ClusterReport: Encodable, Sendable {
    /// Vectors that were grouped.
    public var records = 0
    /// Rows that could not be used.
    public var refused = 0
    /// Why the first of them could not.
    public var firstRefusal: String?
    /// Elements of a vector.
    public var dimension = 0
    /// The metric.
    public var metric = ""
    /// The method.
    public var algorithm = ""
    /// Groups found.
    public var clusters = 0
    /// Vectors that belong to none.
    public var noise = 0
    /// Members of each group.
    public var sizes: [Int] = []
    /// What was decided on the way and why.
    public var reasons: [String] = []
    /// The numbers of groups that were tried; with `--explain`.
    public var curve: [CountTrial]?
    /// Internal measures, of the vectors that belong to a group.
    public var silhouette, daviesBouldin, calinskiHarabasz, inertia: Double?
    /// The vectors that the silhouette was computed on, where these are not all.
    public var silhouetteSample: Int?
    /// External measures, against the label column; noise counts as a group.
    public var ari, ami, nmi, vMeasure, purity: Double?
    /// Seconds that the grouping took, without reading and embedding.
    public var seconds = 0.0

    /// The most vectors on which the silhouette is exact: its cost is quadratic.
    private static let exactSilhouette = 20_000

    /// JSON, UTF-8, keys in snake case and sorted.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Judges groups from inside.
    mutating func judge(_ partition: Partition, vectors: Matrix, metric: Metric, seed: UInt64) {
        let members = partition.labels.indices.filter { partition.labels[$0] != Partition.noise }
        let grouped = members.count == vectors.rows ? vectors : vectors.selecting(members)
        let labels = members.map { Int(partition.labels[$0]) }
        clusters = partition.count
        noise = vectors.rows - members.count
        reasons = partition.reasons
        sizes = Array(repeating: 0, count: partition.count)
        for label in labels { sizes[label] += 1 }
        guard !labels.isEmpty else { return }
        if labels.count > Self.exactSilhouette { silhouetteSample = Self.exactSilhouette }
        silhouette = Quality.sampledSilhouette(
            vectors: grouped,
            labels: labels,
            metric: metric,
            size: Self.exactSilhouette,
            seed: seed
        )
        daviesBouldin = Quality.daviesBouldin(vectors: grouped, labels: labels)
        calinskiHarabasz = Quality.calinskiHarabasz(vectors: grouped, labels: labels)
        inertia = Quality.inertia(vectors: grouped, labels: labels)
    }

    /// Judges groups by the truth.
    mutating func judge(_ partition: Partition, truth: [String?]) {
        var ids: [String: Int] = [:]
        var labels: [Int] = []
        var found: [Int] = []
        for (label, group) in zip(truth, partition.labels) {
            guard let label, label.lowercased() != "noise" else { continue }
            let id = ids[label] ?? ids.count
            ids[label] = id
            labels.append(id)
            found.append(Int(group))
        }
        guard labels.count > 1 else { return }
        ari = Quality.adjustedRandIndex(labels, found)
        ami = Quality.adjustedMutualInformation(labels, found)
        nmi = Quality.normalizedMutualInformation(labels, found)
        vMeasure = Quality.vMeasure(labels, found)
        purity = Quality.purity(labels, found)
    }
}
