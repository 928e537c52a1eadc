import Kernels

/// Looks at some records of a batch by their deep vectors: those that the sample takes keep them, and suspects are judged
/// by their deep distance to the bulk of the stream.
struct DeepJudge {
    let model: Model
    let options: ClusteringOptions
    /// The nearest clusters of each row in the fast tier.
    let pairs: [Nearest]
    let radii: Radii

    /// Completes the verdicts on a batch that began with record `begin.record`, and what the delta gained from it.
    func look(
        at assignments: inout [Assignment],
        from begin: (record: UInt64, sampled: Int),
        delta: inout Delta,
        vectors: ([Int]) -> Matrix
    ) {
        let places = delta.sampled.indices.dropFirst(begin.sampled)
        let sampled = places.map { Int(delta.sampled[$0].record - begin.record) }
        let suspects = assignments.indices.filter { isSuspect(assignments[$0], pairs[$0]) }
        let rows = Set(sampled).union(suspects).sorted()
        guard !rows.isEmpty else { return }
        let deep = vectors(rows)
        precondition(deep.rows == rows.count && deep.columns == model.dimension, "a deep vector for each row asked for")
        let isSound = deep.soundRows
        let numbers = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        let scores = model.deep.map { $0.core.scores(deep) } ?? []
        for (place, row) in zip(places, sampled) {
            guard let number = numbers[row], isSound[number] else { continue }
            delta.sampled[place] = delta.sampled[place].with(
                vector: delta.sampled[place].vector,
                deep: Array(deep[row: number])
            )
            if scores.indices.contains(number), pairs[row].cluster >= 0 { delta.deepScores.append(scores[number]) }
        }
        guard let limit = model.deep?.threshold.value, !scores.isEmpty else { return }
        for row in suspects {
            guard let number = numbers[row], isSound[number] else { continue }
            settle(&assignments[row], isFar: Double(scores[number]) > limit)
        }
    }

    /// The deep distance decides whether a record is far; what makes it rare, new or one of a burst is not for it to say.
    private func settle(_ assignment: inout Assignment, isFar: Bool) {
        guard assignment.reason == nil || assignment.reason == .far, assignment.anomaly != isFar else { return }
        assignment.anomaly = isFar
        assignment.reason = isFar ? .far : nil
        if !isFar { assignment.explanation = nil }
    }

    /// Whether a score is so rare in the fast tier that the record may be an anomaly.
    private func isSuspect(_ assignment: Assignment, _ pair: Nearest) -> Bool {
        guard assignment.cluster != nil, model.threshold.value != nil,
            let tail = assignment.score.flatMap(model.threshold.tail)
        else { return false }
        // What an operator has said of a cluster needs no second look.
        let isMember = pair.distance <= radii.limits[pair.cluster]
        guard !isMember || model.clusters[pair.cluster].standing == nil else { return false }
        return assignment.anomaly || tail <= options.anomalies.suspicion * options.anomalies.falseAlarmRate
    }
}
