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
    precondition(vectors.columns == model.inputDimension, "vectors must have the model's dimension")
    precondition(delta.modelVersion == model.version, "a delta belongs to one version of the model")
    guard vectors.rows > 0 else { return [] }
    let rows = model.features == nil && model.deep == nil ? nil : vectors
    let begin = (record: delta.firstRecord + UInt64(delta.records), sampled: delta.sampled.count)
    let vectors = model.encoded(vectors)
    var gatherer = Gatherer(model: model, options: options)
    let layout = model.layout
    let pairs = Nearest.search(
        queries: vectors,
        prototypes: model.centroids,
        layout: layout,
        metric: model.metric
    )
    var heavy = HeavyClusters(weights: model.weights, share: options.anomalies.heavyShare)
    let scores = heavy.scores(queries: vectors, pairs: pairs, model: model, layout: layout)
    let isSound = vectors.soundRows
    var result: [Assignment] = []
    result.reserveCapacity(pairs.count)
    for (row, pair) in pairs.enumerated() {
        let observation = observations.indices.contains(row) ? observations[row] : Observation()
        guard isSound[row], pair.cluster >= 0 else {
            let vector = isSound[row] ? vectors[row: row] : nil
            gatherer.add(vector: vector, raw: rows?[row: row], observation: observation, to: &delta)
            result.append(Assignment(anomaly: false, version: model.version))
            continue
        }
        let score = scores[row]
        gatherer.add(
            vector: vectors[row: row],
            raw: rows?[row: row],
            observation: observation,
            pair: pair,
            score: score,
            to: &delta
        )
        let isHeavy = heavy.isHeavy[pair.cluster]
        result.append(judge(pair, score: score, isHeavy: isHeavy, limits: gatherer.radii, model: model))
    }
    if let deepVectors, model.deep != nil {
        let judge = DeepJudge(model: model, options: options, pairs: pairs, radii: gatherer.radii, heavy: heavy.isHeavy)
        judge.look(at: &result, from: begin, delta: &delta, vectors: deepVectors)
    }
    return result
}

/// The verdict on one record.
private func judge(_ pair: Nearest, score: Float, isHeavy: Bool, limits: Radii, model: Model) -> Assignment {
    let cluster = model.clusters[pair.cluster]
    let anomaly = model.threshold.value.map { Double(score) > $0 } ?? false
    var assignment = Assignment(anomaly: anomaly, version: model.version)
    assignment.cluster = cluster.id
    assignment.label = cluster.label
    assignment.distance = pair.distance
    if pair.other >= 0 {
        assignment.runnerUp = .init(cluster: model.clusters[pair.other].id, distance: pair.otherDistance)
    }
    assignment.score = score
    assignment.tail = model.threshold.tail(score)
    if anomaly { assignment.reason = reason(pair, isHeavy: isHeavy, limits: limits, model: model) }
    return assignment
}

/// Why a record that is an anomaly is one.
func reason(_ pair: Nearest, isHeavy: Bool, limits: Radii, model: Model) -> Assignment.Reason {
    if isHeavy || pair.distance > limits.limits[pair.cluster] { return .far }
    // A light cluster is near: the record is of a rare kind, of a new one if that cluster is young.
    return Double(model.records - model.clusters[pair.cluster].bornAt) < 0.1 * Double(model.records) ? .new : .rare
}

extension Assignment {
    /// A record of which nothing but the verdict is known.
    init(anomaly: Bool, version: UInt64) {
        self.anomaly = anomaly
        self.version = version
    }
}
