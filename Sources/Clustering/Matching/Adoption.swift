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

/// Lets a candidate in if it is no worse than what it replaces.
///
/// The candidate may come from an earlier version: it is applied to `model` as it is now. Judged are, on the records
/// that were held out of the fit:
/// - the silhouette, which may not fall below the living clusters' by more than ``ReclusterOptions/silhouetteMargin``, or
///   the Davies-Bouldin index, which may not rise above theirs by more than ``ReclusterOptions/daviesBouldinMargin`` (one
///   of both is enough); of clusters that several prototypes stand for, the agreement of nearest neighbours, with the
///   silhouette's margin;
/// - the share of sampled records that keep their cluster id, at least ``ReclusterOptions/minimumRetention``;
/// - the share of records that would be flagged as far or anomalous, which may exceed the living model's and the
///   operator's rate (the larger of the two) by ``ReclusterOptions/anomalyRateMargin`` at most.
///
/// Without living clusters all pass.
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
    var next = model
    if let encoding = candidate.encoding { next.reencode(to: encoding) }
    // Both sides are compared in the same vectors.
    let living = next
    let installation = next.install(candidate, options: options)
    let gate = Gate(
        candidate: candidate,
        living: living,
        next: next,
        retention: installation.retention,
        options: options
    )
    let verdict = gate.judge(clusters: candidate.clusterCount)
    var kept = model
    let followed = verdict.adopted ? [] : kept.follow(candidate, options: options)
    return Adoption(
        model: verdict.adopted ? next : kept,
        lineage: verdict.adopted ? installation.lineage : followed,
        verdict: verdict
    )
}
