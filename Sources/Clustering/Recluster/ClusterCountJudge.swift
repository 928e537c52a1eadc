import Foundation
import Kernels

/// Finds the number of clusters by the silhouette of a fixed set of records.
struct ClusterCountJudge {
    private let vectors: Matrix
    private let metric: Metric
    private let judge: SilhouetteJudge

    /// Records that are enough to try a count on.
    private static let trialRecords = 2500

    /// - Parameter vectors: the records that are judged, `n × d`.
    init(vectors: Matrix, metric: Metric) {
        self.vectors = vectors
        self.metric = metric
        judge = SilhouetteJudge(vectors: vectors, metric: metric)
    }

    /// The mean silhouette when each record goes to its nearest centroid; -1 with fewer than two groups.
    func silhouette(_ centroids: Matrix) -> Double {
        let pairs = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric)
        return judge.silhouette(pairs.map { Int($0.first) })
    }

    /// The silhouettes of the counts from 2 to `maximum`: every count that is small, then ever wider steps, then all
    /// around the best. At most a third of the records, so that a cluster has some members.
    func curve(
        data: Matrix,
        maximum: Int,
        iterations: Int,
        generator: inout SeededGenerator
    ) -> [Candidate.CurvePoint] {
        let rows = Quality.draw(Self.trialRecords, of: data.rows, seed: generator.next())
        var kmeans = KMeans(data: rows.count < data.rows ? data.selecting(rows) : data, metric: metric)
        kmeans.iterations = min(iterations, 12)
        let ceiling = max(1, min(maximum, kmeans.data.rows / 3))
        guard ceiling >= 2 else { return [.init(k: 1, silhouette: -1)] }
        var tried: [Int: Double] = [:]
        func measure(_ k: Int, starts: Int) {
            guard k >= 2, k <= ceiling else { return }
            let result = kmeans.run(k: k, starts: starts, generator: &generator)
            tried[k] = max(tried[k] ?? -1, silhouette(result.centroids))
        }
        var k = 2
        while k <= ceiling {
            measure(k, starts: 1)
            k = max(k + 1, Int((Double(k) * 1.12).rounded()))
        }
        // Single starts are noisy: the neighbourhood of the best few decides.
        for _ in 0..<2 {
            guard let best = tried.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { break }
            let width = max(1, best / 12)
            for near in best - width...best + width { measure(near, starts: 2) }
        }
        return tried.map { Candidate.CurvePoint(k: $0.key, silhouette: $0.value) }.sorted { $0.k < $1.k }
    }
}
