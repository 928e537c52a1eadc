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
    let panel = DetectorPanel(model: model, weights: model.weights, options: options.anomalies)
    var explainer = Explainer(model: model, options: options, radii: gatherer.radii)
    let scores = model.clusters.isEmpty ? [] : model.scores(vectors)
    let isSound = vectors.soundRows
    var recentAlarms = model.threshold.recentAlarms(after: delta.scores)
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
        let isFar = pair.distance > gatherer.radii.limits[pair.cluster]
        let sighting = Sighting(
            // Clusters that nothing is known of but where they are have no bulk to be far from.
            score: scores.indices.contains(row) ? scores[row] : pair.distance,
            cluster: pair.cluster,
            isFar: isFar,
            isFlood: recentAlarms >= ScoreThreshold.floodShare,
            pending: delta.steps,
            timestamp: observation.timestamp
        )
        let opinion = panel.judge(sighting)
        recentAlarms = model.threshold.recent(recentAlarms, and: sighting.score)
        delta.note(step: panel.rarity.step(sighting))
        gatherer.add(
            vector: vectors[row: row],
            raw: rows?[row: row],
            observation: observation,
            pair: pair,
            score: sighting.score,
            to: &delta
        )
        var assignment = verdict(pair, score: sighting.score, opinion: opinion, isMember: !isFar, model: model)
        if assignment.anomaly {
            assignment.explanation = explainer.explain(
                sighting,
                distance: pair.distance,
                vector: vectors[row: row],
                text: observation.text
            )
        }
        result.append(assignment)
    }
    if let deepVectors, model.deep != nil {
        let judge = DeepJudge(model: model, options: options, pairs: pairs, radii: gatherer.radii)
        judge.look(at: &result, from: begin, delta: &delta, vectors: deepVectors)
    }
    delta.alarms += result.count { $0.anomaly }
    for (row, assignment) in result.enumerated() where assignment.anomaly {
        let observation = observations.indices.contains(row) ? observations[row] : Observation()
        delta.note(assignment, record: begin.record + UInt64(row), observation: observation, labels: options.labels)
    }
    return result
}

/// The verdict on one record.
private func verdict(
    _ pair: Nearest,
    score: Float,
    opinion: DetectorPanel.Opinion,
    isMember: Bool,
    model: Model
) -> Assignment {
    let cluster = model.clusters[pair.cluster]
    // What an operator has said of a cluster goes before any score of its members.
    let reason: Assignment.Reason? =
        switch isMember ? cluster.standing : nil {
        case .normal: nil
        case .anomalous: opinion.reason ?? .rare
        case nil: opinion.reason
        }
    var assignment = Assignment(anomaly: reason != nil, version: model.version)
    assignment.cluster = cluster.id
    assignment.label = cluster.label
    assignment.distance = pair.distance
    if pair.other >= 0 {
        assignment.runnerUp = .init(cluster: model.clusters[pair.other].id, distance: pair.otherDistance)
    }
    assignment.score = score
    assignment.tail = opinion.tail
    assignment.reason = reason
    return assignment
}

extension Assignment {
    /// A record of which nothing but the verdict is known.
    init(anomaly: Bool, version: UInt64) {
        self.anomaly = anomaly
        self.version = version
    }
}
