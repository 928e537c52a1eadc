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
///
/// The figures of quality and the alarm rates are quadratic in the judged records. Where the model is in use meanwhile,
/// ``assess(_:beside:options:)`` finds them apart; retention is always that of `model` as it is now.
/// - Parameter assessment: what was found for the same candidate beside an earlier version; nil finds it now.
/// - Throws: ``ClusteringError/mismatch(_:)`` when the candidate is of another dimension or of a later version.
public func adopt(
    _ candidate: Candidate,
    into model: Model,
    options: ClusteringOptions,
    assessment: Verdict? = nil
) throws(ClusteringError) -> Adoption {
    let trial = try Trial(candidate, beside: model, options: options)
    var verdict: Verdict
    if let assessment, !trial.living.clusters.isEmpty {
        let retention = trial.installation.retention
        verdict = assessment.with(retention: retention, atLeast: options.recluster.minimumRetention)
    } else {
        verdict = trial.verdict(on: candidate, options: options)
    }
    var kept = model
    let followed = verdict.adopted ? [] : kept.follow(candidate, options: options)
    var next = trial.next
    if model.deep != nil, verdict.adopted {
        next = model
        next.take(trial.next, of: candidate, options: options)
        verdict.mapResidual = next.deep?.map?.residual
    }
    return Adoption(
        model: verdict.adopted ? next : kept,
        lineage: verdict.adopted ? trial.installation.lineage : followed,
        verdict: verdict
    )
}

/// The gate's verdict on a candidate as it would be installed into the model that it was made from, which stays as it is:
/// the slow part of ``adopt(_:into:options:assessment:)``, off the hot path.
///
/// - Throws: as ``adopt(_:into:options:assessment:)``.
public func assess(
    _ candidate: Candidate,
    beside model: Model,
    options: ClusteringOptions
) throws(ClusteringError) -> Verdict {
    try Trial(candidate, beside: model, options: options).verdict(on: candidate, options: options)
}

/// A candidate as it would be installed.
private struct Trial {
    /// The model as it is, in the vectors of the candidate: both sides are compared in the same ones.
    let living: Model
    let next: Model
    let installation: Model.Installation

    init(_ candidate: Candidate, beside model: Model, options: ClusteringOptions) throws(ClusteringError) {
        try candidate.check(against: model)
        var next = model.deepView
        if let encoding = candidate.encoding { next.change(to: encoding, options: options) }
        living = next
        installation = next.install(candidate, options: options)
        self.next = next
    }

    func verdict(on candidate: Candidate, options: ClusteringOptions) -> Verdict {
        let gate = Gate(
            candidate: candidate,
            living: living,
            next: next,
            retention: installation.retention,
            options: options
        )
        return gate.judge(clusters: candidate.clusterCount)
    }
}

extension Candidate {
    /// Refuses a candidate that cannot be judged beside a model.
    fileprivate func check(against model: Model) throws(ClusteringError) {
        guard centroids.columns == model.dimension, modelVersion <= model.version else {
            throw .mismatch(
                "a candidate of model version \(modelVersion) and dimension \(centroids.columns) does not"
                    + " fit version \(model.version) of dimension \(model.dimension); recluster this model again"
            )
        }
        guard centroids.rows > 0, !model.sample.living(at: model.clock).isEmpty else {
            throw .notEnough(
                "a candidate without clusters, or a model without a sample, cannot be adopted; wait for more records"
            )
        }
    }
}
