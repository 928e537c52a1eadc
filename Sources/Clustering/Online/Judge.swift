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
    /// What was watched of the delta that was continued last, and how much that delta held then.
    private var watch: (step: StepWatch, records: Int, scores: Int)?

    private let lanes: Lanes
    private var redactions: RedactedTexts

    /// Makes `model` ready.
    ///
    /// - Parameters:
    ///   - redactions: what was redacted before, by the same options.
    ///   - lanes: what runs independent parts side by side.
    public init(
        model: Model,
        options: ClusteringOptions,
        redactions: RedactedTexts = RedactedTexts(),
        lanes: Lanes = .serial
    ) {
        self.model = model
        self.options = options
        self.redactions = redactions
        self.lanes = lanes
        layout = model.layout
        gatherer = Gatherer(model: model, options: options)
        index = CentroidIndex(centroids: model.centroids, metric: model.metric)
        panel = DetectorPanel(model: model, weights: model.weights, options: options.anomalies)
        explainer = Explainer(model: model, options: options, radii: gatherer.radii)
    }

    /// Gives what it has redacted to the judge that comes after it.
    public mutating func takeRedactions() -> RedactedTexts {
        defer { redactions = RedactedTexts() }
        return redactions
    }

    /// As ``assign(vectors:observations:model:options:into:)``, by the version and options that it was made of.
    ///
    /// A judge continues one delta, or begins with an empty one; another is for a copy of it.
    ///
    /// - Parameter places: which of `vectors` each record has, numbered by first appearance; nil: each has its own.
    public mutating func assign(
        vectors: Matrix,
        places: [Int]? = nil,
        observations: [Observation],
        into delta: inout Delta,
        deepVectors: (([Int]) -> Matrix)? = nil
    ) -> [Assignment] {
        precondition(vectors.columns == model.inputDimension, "vectors must have the model's dimension")
        precondition(delta.modelVersion == model.version, "a delta belongs to one version of the model")
        guard vectors.rows > 0 else { return [] }
        let begin = (record: delta.firstRecord + UInt64(delta.records), sampled: delta.sampled.count)
        let rows = model.features == nil && model.deep == nil ? nil : vectors
        let kinds = RecordKinds(model.encoded(vectors), places: places) {
            Nearest.search(queries: $0, index: index, layout: layout)
        }
        var result = look(at: kinds, raw: rows, places, observations: observations, delta: &delta)
        if let deepVectors, model.deep != nil {
            let pairs = kinds.rows.map { kinds.pairs[$0] }
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
        at kinds: RecordKinds,
        raw: Matrix?,
        _ places: [Int]?,
        observations: [Observation],
        delta: inout Delta
    ) -> [Assignment] {
        var step = watched(delta)
        let sights = sights(of: kinds, step)
        var notes = [KindNote](repeating: KindNote(), count: kinds.count)
        var result: [Assignment] = []
        result.reserveCapacity(kinds.rows.count)
        for (row, kind) in kinds.rows.enumerated() {
            let observation = observations.indices.contains(row) ? observations[row] : Observation()
            let vector = kinds.vectors[row: kind]
            guard let sight = sights[kind] else {
                gatherer.add(
                    vector: kinds.isSound[kind] ? vector : nil,
                    raw: raw?[row: places?[row] ?? row],
                    observation: observation,
                    kind: &notes[kind],
                    redactions: &redactions,
                    to: &delta
                )
                result.append(Assignment(anomaly: false, version: model.version))
                continue
            }
            let pair = kinds.pairs[kind]
            var sighting = sight.sighting
            sighting.source = observation.source
            sighting.timestamp = observation.timestamp
            sighting.isFlood = step.isFlood(row: pair.cluster)
            sighting.arrivals = step.arrivals(before: sight.strangeness, row: pair.cluster)
            sighting.pending = delta.steps
            if sighting.isFar {
                sighting.isFirst = !notes[kind].isWaiting && gatherer.isAlone(vector, in: delta)
                sighting.novelties = delta.novelties
                notes[kind].isWaiting = true
            }
            let opinion = panel.judge(sighting)
            // Given back, lest counting one more copies them.
            sighting.pending = []
            sighting.novelties = [:]
            step.take(sight.strangeness, row: pair.cluster)
            delta.note(step: panel.rarity.step(sighting), source: observation.source, isFirst: sighting.isFirst)
            delta.surprises.append(Surprise(cluster: model.clusters[pair.cluster].id, tail: sight.surpriseTail))
            gatherer.add(
                vector: vector,
                raw: raw?[row: places?[row] ?? row],
                observation: observation,
                pair: pair,
                score: sighting.score,
                kind: &notes[kind],
                redactions: &redactions,
                to: &delta
            )
            var assignment = verdict(pair, score: sighting.score, opinion: opinion, isMember: !sighting.isFar)
            step.count(isAlarm: assignment.anomaly)
            delta.told += assignment.anomaly ? 1 : 0
            if assignment.anomaly {
                assignment.explanation = explainer.explain(
                    sighting,
                    distance: pair.distance,
                    vector: vector,
                    text: observation.text
                )
            }
            result.append(assignment)
        }
        gatherer.finish(notes, in: &delta)
        watch = (step, delta.records, delta.scores.count)
        return result
    }

    /// What is to be watched after the records of a delta.
    private mutating func watched(_ delta: Delta) -> StepWatch {
        defer { watch = nil }
        if let watch, watch.records == delta.records, watch.scores == delta.scores.count { return watch.step }
        return StepWatch(model: model, delta: delta, options: options.anomalies)
    }

    /// What detectors are told of a kind of records, as far as its vector says it.
    private struct Sight {
        var sighting: Sighting
        var strangeness: StepWatch.Strangeness?
        /// The tail that ``Delta/surprises`` keeps.
        var surpriseTail: Float
    }

    /// Nil of kinds that no cluster can be said to be near.
    private func sights(of kinds: RecordKinds, _ step: StepWatch) -> [Sight?] {
        let scores = model.clusters.isEmpty ? [] : model.scores(kinds.vectors, lanes: lanes)
        return kinds.pairs.enumerated().map { kind, pair in
            guard kinds.isSound[kind], pair.cluster >= 0 else { return nil }
            // Clusters that nothing is known of but where they are have no bulk to be far from.
            let score = scores.indices.contains(kind) ? scores[kind] : pair.distance
            var sighting = Sighting(
                score: score,
                cluster: pair.cluster,
                isFar: pair.distance > gatherer.radii.limits[pair.cluster]
            )
            sighting.streamTail = panel.distance.streamTail(score)
            sighting.localTail = sighting.streamTail.flatMap {
                panel.distance.localTail(stream: $0, cluster: pair.cluster)
            }
            let tail = Float(sighting.streamTail ?? -1)
            let strangeness = step.strangeness(score: score, tail: Double(tail), row: pair.cluster)
            return Sight(sighting: sighting, strangeness: strangeness, surpriseTail: tail)
        }
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
