import Kernels

/// Looks at some records of a batch by their deep vectors: those that the sample takes keep them, and suspects are judged
/// by their distance to the clusters' deep centroids.
struct DeepJudge {
    let model: Model
    let options: ClusteringOptions
    /// The nearest clusters of each row in the fast tier.
    let pairs: [Nearest]
    let radii: Radii
    /// Whether the cluster of a row holds enough weight to make what is near it normal.
    let heavy: [Bool]

    /// Completes the verdicts on a batch that began with record `begin.record`, and what the delta gained from it.
    func look(
        at assignments: inout [Assignment],
        from begin: (record: UInt64, sampled: Int),
        delta: inout Delta,
        vectors: ([Int]) -> Matrix
    ) {
        let places = delta.sampled.indices.dropFirst(begin.sampled)
        let sampled = places.map { Int(delta.sampled[$0].record - begin.record) }
        let suspects = assignments.indices.filter { isSuspect(assignments[$0]) }
        let rows = Set(sampled).union(suspects).sorted()
        guard !rows.isEmpty else { return }
        let deep = vectors(rows)
        precondition(deep.rows == rows.count && deep.columns == model.dimension, "a deep vector for each row asked for")
        let isSound = deep.soundRows
        let numbers = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        let scores = scores(of: deep)
        for (place, row) in zip(places, sampled) {
            guard let number = numbers[row], isSound[number] else { continue }
            delta.sampled[place] = delta.sampled[place].with(
                vector: delta.sampled[place].vector,
                deep: Array(deep[row: number])
            )
            if let score = scores?[number], pairs[row].cluster >= 0 { delta.deepScores.append(score) }
        }
        guard let limit = model.deep?.threshold.value, let scores else { return }
        for row in suspects {
            guard let number = numbers[row], isSound[number] else { continue }
            let pair = pairs[row]
            assignments[row].anomaly = Double(scores[number]) > limit
            assignments[row].reason =
                assignments[row].anomaly
                ? reason(pair, isHeavy: heavy[pair.cluster], limits: radii, model: model) : nil
        }
    }

    /// Whether a score is so rare in the fast tier that the record may be an anomaly.
    private func isSuspect(_ assignment: Assignment) -> Bool {
        guard assignment.cluster != nil, model.threshold.value != nil, let tail = assignment.tail else { return false }
        return assignment.anomaly || tail <= options.anomalies.suspicion * options.anomalies.falseAlarmRate
    }

    /// The distance of each vector to the nearest deep centroid of a heavy cluster; nil without clusters.
    private func scores(of deep: Matrix) -> [Float]? {
        guard !model.clusters.isEmpty else { return nil }
        let frame = model.deepFrame
        let layout = frame.layout
        let near = Nearest.search(queries: deep, prototypes: frame.centroids, layout: layout, metric: model.metric)
        var clusters = HeavyClusters(weights: model.weights, share: options.anomalies.heavyShare)
        return clusters.scores(queries: deep, pairs: near, model: frame, layout: layout)
    }
}
