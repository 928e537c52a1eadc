import BatchClustering
import Kernels

/// What became of a candidate.
public struct Adoption: Sendable {
    /// The next version of the model, or the old one where the candidate was refused; of feature rows that have changed
    /// much since they were last fitted, the old clusters in vectors that fit them now.
    public var model: Model
    /// What happened to each id; empty where the model stays as it was.
    public var lineage: [LineageEvent]
    /// Why.
    public var verdict: Verdict
}

/// The tests that a candidate passed or failed.
public struct Verdict: Sendable, Equatable, Codable {
    /// One test, with the figures of both sides.
    public struct Test: Sendable, Equatable, Codable {
        /// What is compared: `silhouette` or `id_retention`.
        public var name: String
        /// The candidate's figure.
        public var candidate: Double
        /// The living model's figure, where there is one.
        public var current: Double?
        /// The least figure that passes.
        public var limit: Double
        /// Whether it passed.
        public var passed: Bool
    }

    /// Whether the candidate became the model.
    public var adopted: Bool
    /// The clusters of the candidate.
    public var clusters: Int
    /// Each test, in the order in which they were made.
    public var tests: [Test]

    /// One sentence: adopted or refused, and the figures of the test that decided.
    public var summary: String {
        let figures = tests.map { test in
            let current = test.current.map { ", now \(rounded($0))" } ?? ""
            let state = test.passed ? "passed" : "failed"
            return "\(test.name) \(state): \(rounded(test.candidate))\(current), at least \(rounded(test.limit))"
        }
        let head = adopted ? "adopted \(clusters) clusters" : "refused \(clusters) clusters"
        return ([head] + figures).joined(separator: "; ")
    }

    private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}

/// Lets a candidate in if it is no worse than what it replaces.
///
/// The candidate may come from an earlier version: it is applied to `model` as it is now. Two tests are made: the
/// silhouette of the records that were held out of the fit may not fall below the living clusters' by more than
/// ``ReclusterOptions/silhouetteMargin``, and at least ``ReclusterOptions/minimumRetention`` of the sampled records
/// must keep their cluster id. Without living clusters both pass.
/// - Throws: ``ClusteringError/mismatch(_:)`` when the candidate is of another dimension or of a later version.
public func adopt(
    _ candidate: Candidate,
    into model: Model,
    options: ClusteringOptions
) throws(ClusteringError) -> Adoption {
    guard candidate.centroids.columns == model.dimension, candidate.modelVersion <= model.version else {
        throw .mismatch(
            "a candidate of model version \(candidate.modelVersion) and dimension \(candidate.centroids.columns) does not"
                + " fit version \(model.version) of dimension \(model.dimension); recluster this model again"
        )
    }
    guard candidate.centroids.rows > 0, !model.sample.living(at: model.clock).isEmpty else {
        throw .notEnough(
            "a candidate without clusters, or a model without a sample, cannot be adopted; wait for more records"
        )
    }
    var tests: [Verdict.Test] = []
    var next = model
    if let encoding = candidate.encoding { next.reencode(to: encoding) }
    if let test = silhouetteTest(candidate, model: next, options: options) { tests.append(test) }
    let installation = next.install(candidate, options: options)
    if let retention = installation.retention {
        let limit = options.recluster.minimumRetention
        tests.append(
            .init(name: "id_retention", candidate: retention, current: nil, limit: limit, passed: retention >= limit)
        )
    }
    let isAdopted = tests.allSatisfy(\.passed)
    var kept = model
    let followed = isAdopted ? [] : kept.follow(candidate, options: options)
    return Adoption(
        model: isAdopted ? next : kept,
        lineage: isAdopted ? installation.lineage : followed,
        verdict: Verdict(adopted: isAdopted, clusters: candidate.clusterCount, tests: tests)
    )
}

/// Compares candidate and living clusters on the held-out part of the sample (all of it where none was held out).
private func silhouetteTest(_ candidate: Candidate, model: Model, options: ClusteringOptions) -> Verdict.Test? {
    // A silhouette wants round clusters: it says nothing of those that several prototypes stand for.
    guard !model.clusters.isEmpty, model.layout.isPlain, candidate.layout.isPlain else { return nil }
    let heldOut = Set(candidate.heldOut)
    let living = model.sample.living(at: model.clock)
    let known = living.filter { heldOut.isEmpty || heldOut.contains($0.record) }
    let pool = known.count >= 10 ? known : living
    let rows = Quality.draw(options.recluster.silhouetteSample, of: pool.count, seed: options.seed ^ model.records)
    let vectors = Matrix(records: rows.map { pool[$0] }, dimension: model.dimension)
    let judge = ClusterCountJudge(vectors: vectors, metric: model.metric)
    let mine = judge.silhouette(candidate.centroids)
    let current = judge.silhouette(model.centroids)
    let limit = current - options.recluster.silhouetteMargin
    return .init(name: "silhouette", candidate: mine, current: current, limit: limit, passed: mine >= limit)
}
