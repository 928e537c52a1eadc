public import Kernels

/// A version of the model made ready to judge: what depends on it alone is found once for all batches of a step.
public struct Judge: Sendable {
    /// The version that records are judged by.
    public let model: Model
    private let options: ClusteringOptions
    private let gatherer: Gatherer
    private let layout: PrototypeLayout
    private let index: CentroidIndex
    private let panel: DetectorPanel
    private var explainer: Explainer

    /// Makes `model` ready.
    public init(model: Model, options: ClusteringOptions) {
        self.model = model
        self.options = options
        layout = model.layout
        gatherer = Gatherer(model: model, options: options)
        index = CentroidIndex(centroids: model.centroids, metric: model.metric)
        panel = DetectorPanel(model: model, weights: model.weights, options: options.anomalies)
        explainer = Explainer(model: model, options: options, radii: gatherer.radii)
    }

    /// As ``assign(vectors:observations:model:options:into:)``, by the version and options that it was made of.
    public mutating func assign(
        vectors: Matrix,
        observations: [Observation],
        into delta: inout Delta,
        deepVectors: (([Int]) -> Matrix)? = nil
    ) -> [Assignment] {
        precondition(vectors.columns == model.inputDimension, "vectors must have the model's dimension")
        precondition(delta.modelVersion == model.version, "a delta belongs to one version of the model")
        guard vectors.rows > 0 else { return [] }
        let begin = (record: delta.firstRecord + UInt64(delta.records), sampled: delta.sampled.count)
        let rows = model.features == nil && model.deep == nil ? nil : vectors
        let vectors = model.encoded(vectors)
        let pairs = Nearest.search(queries: vectors, index: index, layout: layout)
        var result = look(at: vectors, raw: rows, observations: observations, pairs: pairs, delta: &delta)
        if let deepVectors, model.deep != nil {
            let judge = DeepJudge(model: model, options: options, pairs: pairs, radii: gatherer.radii)
            judge.look(at: &result, from: begin, delta: &delta, vectors: deepVectors)
        }
        for (row, assignment) in result.enumerated() where assignment.anomaly || assignment.isMuted {
            let observation = observations.indices.contains(row) ? observations[row] : Observation()
            delta.alarms += assignment.anomaly ? 1 : 0
            delta.note(assignment, record: begin.record + UInt64(row), observation: observation, labels: options.labels)
        }
        return result
    }

    /// Judges each row by itself, in order, and gathers what it teaches.
    private mutating func look(
        at vectors: Matrix,
        raw: Matrix?,
        observations: [Observation],
        pairs: [Nearest],
        delta: inout Delta
    ) -> [Assignment] {
        let scores = model.clusters.isEmpty ? [] : model.scores(vectors)
        let isSound = vectors.soundRows
        var step = StepWatch(model: model, delta: delta, options: options.anomalies)
        var result: [Assignment] = []
        result.reserveCapacity(pairs.count)
        for (row, pair) in pairs.enumerated() {
            let observation = observations.indices.contains(row) ? observations[row] : Observation()
            guard isSound[row], pair.cluster >= 0 else {
                let vector = isSound[row] ? vectors[row: row] : nil
                gatherer.add(vector: vector, raw: raw?[row: row], observation: observation, to: &delta)
                result.append(Assignment(anomaly: false, version: model.version))
                continue
            }
            let isFar = pair.distance > gatherer.radii.limits[pair.cluster]
            // Clusters that nothing is known of but where they are have no bulk to be far from.
            let score = scores.indices.contains(row) ? scores[row] : pair.distance
            let streamTail = panel.distance.streamTail(score)
            var sighting = Sighting(
                score: score,
                cluster: pair.cluster,
                isFar: isFar,
                streamTail: streamTail,
                isFlood: step.isFlood(row: pair.cluster),
                arrivals: step.arrivals(score: score, tail: streamTail, row: pair.cluster),
                pending: delta.steps,
                isFirst: isFar && gatherer.isAlone(vectors[row: row], in: delta),
                source: observation.source,
                novelties: delta.novelties,
                timestamp: observation.timestamp
            )
            let opinion = panel.judge(sighting)
            // Given back, lest counting one more copies them.
            sighting.pending = []
            sighting.novelties = [:]
            step.take(score: score, tail: streamTail ?? -1, row: pair.cluster)
            delta.note(step: panel.rarity.step(sighting), source: observation.source, isFirst: sighting.isFirst)
            delta.surprises.append(
                Surprise(cluster: model.clusters[pair.cluster].id, tail: Float(streamTail ?? -1))
            )
            gatherer.add(
                vector: vectors[row: row],
                raw: raw?[row: row],
                observation: observation,
                pair: pair,
                score: sighting.score,
                to: &delta
            )
            var assignment = verdict(pair, score: sighting.score, opinion: opinion, isMember: !isFar)
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
        return result
    }

    /// The verdict on one record.
    private func verdict(
        _ pair: Nearest,
        score: Float,
        opinion: DetectorPanel.Opinion,
        isMember: Bool
    ) -> Assignment {
        // What an operator has said of a cluster goes before any score of its members. The cluster is read field by field:
        // a copy of it would take all its references.
        let reason: Assignment.Reason? =
            switch isMember ? model.clusters[pair.cluster].standing : nil {
            case .normal: nil
            case .anomalous: opinion.reason ?? .rare
            case nil: opinion.reason
            }
        var assignment = Assignment(anomaly: reason != nil, version: model.version)
        assignment.cluster = model.clusters[pair.cluster].id
        assignment.label = model.clusters[pair.cluster].label
        assignment.distance = pair.distance
        if pair.other >= 0 {
            assignment.runnerUp = .init(cluster: model.clusters[pair.other].id, distance: pair.otherDistance)
        }
        assignment.score = score
        assignment.tail = opinion.tail
        assignment.reason = reason
        assignment.isMuted = opinion.isMuted && !(isMember && model.clusters[pair.cluster].standing == .normal)
        return assignment
    }
}
