public import Kernels

/// Says of each record which cluster it belongs to and whether it is an anomaly, and gathers what it teaches.
///
/// Pure: the result depends on the arguments alone. Under the cosine metric the vectors must be unit length.
/// - Parameters:
///   - vectors: `m × d`; raw rows, `m × r`, where the model has a ``FeatureLayout``. A record whose vector is not finite, or too long to square, gets no cluster and teaches nothing
///     but that it was there.
///   - observations: one for each row; where there are fewer, the rest are records without time and text.
///   - model: a version to judge by; it is not changed.
///   - deepVectors: in a model of two tiers gives the deep vectors of the rows with these numbers, in order. Called at most
///     once, with those that the sample takes and those that may be anomalies.
/// - Returns: an assignment for each row, in order, and what ``Model/merge(_:options:)`` turns into the next version.
public func assign(
    vectors: Matrix,
    observations: [Observation],
    model: Model,
    options: ClusteringOptions,
    deepVectors: (([Int]) -> Matrix)? = nil
) -> (assignments: [Assignment], delta: Delta) {
    var delta = Delta(model: model)
    let assignments = assign(
        vectors: vectors,
        observations: observations,
        model: model,
        options: options,
        into: &delta,
        deepVectors: deepVectors
    )
    return (assignments, delta)
}

/// As ``assign(vectors:observations:model:options:)``, continuing a delta that was begun with the same version of the
/// model.
///
/// Records that are added in several calls leave the same delta, to the bit, as in one.
public func assign(
    vectors: Matrix,
    observations: [Observation],
    model: Model,
    options: ClusteringOptions,
    into delta: inout Delta,
    deepVectors: (([Int]) -> Matrix)? = nil
) -> [Assignment] {
    var judge = Judge(model: model, options: options)
    return judge.assign(vectors: vectors, observations: observations, into: &delta, deepVectors: deepVectors)
}

extension Assignment {
    /// A record of which nothing but the verdict is known.
    init(anomaly: Bool, version: UInt64) {
        self.anomaly = anomaly
        self.version = version
    }
}
