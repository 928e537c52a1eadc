import Kernels

/// The clusters that hold enough weight to make what is near them normal.
struct HeavyClusters: Sendable {
    /// Whether the cluster of a row is one of them.
    let isHeavy: [Bool]
    /// Their prototypes, made on first need.
    private var index: CentroidIndex?

    /// Clusters of at least `share` of the clustered weight. Where these hold less than half of it (many small
    /// clusters), the heaviest ones that together leave out no more than `share`.
    init(weights: [Double], share: Double) {
        let total = weights.reduce(0, +)
        var heavy = weights.map { $0 >= share * total }
        let held = zip(weights, heavy).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
        if held < total / 2 {
            var covered = 0.0
            for index in weights.indices.sorted(by: { (weights[$1], $0) < (weights[$0], $1) })
            where covered < (1 - share) * total {
                covered += weights[index]
                heavy[index] = true
            }
        }
        isHeavy = heavy
    }

    /// For each pair found among all centroids: the distance to the nearest prototype of a heavy one.
    mutating func scores(
        queries: Matrix,
        pairs: [Nearest],
        model: Model,
        layout: PrototypeLayout
    ) -> [Float] {
        var scores = pairs.map(\.distance)
        var unknown: [Int] = []
        for (row, pair) in pairs.enumerated() where pair.cluster >= 0 && !isHeavy[pair.cluster] {
            if pair.other >= 0, isHeavy[pair.other] {
                scores[row] = pair.otherDistance
            } else {
                unknown.append(row)
            }
        }
        guard !unknown.isEmpty else { return scores }
        let found = prototypes(of: model, layout).search(queries.selecting(unknown))
        for (row, pair) in zip(unknown, found) { scores[row] = pair.firstDistance }
        return scores
    }

    private mutating func prototypes(of model: Model, _ layout: PrototypeLayout) -> CentroidIndex {
        if let index { return index }
        let rows = layout.owners.indices.filter { isHeavy[layout.owners[$0]] }
        let made = CentroidIndex(centroids: model.centroids.selecting(rows), metric: model.metric)
        index = made
        return made
    }
}
