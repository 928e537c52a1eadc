import Kernels

/// The clusters that hold enough weight to make what is near them normal.
struct HeavyClusters: Sendable {
    /// Whether the cluster of a row is one of them.
    let isHeavy: [Bool]
    /// Their prototypes, made on first need.
    private var centroids: Matrix?

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
        let heavy = centroids ?? model.centroids.selecting(layout.owners.indices.filter { isHeavy[layout.owners[$0]] })
        centroids = heavy
        let found = NearestTwo.search(queries: queries.selecting(unknown), centroids: heavy, metric: model.metric)
        for (row, pair) in zip(unknown, found) { scores[row] = pair.firstDistance }
        return scores
    }
}

extension Model {
    /// The distance of each of `queries` (`n × d`) to the nearest prototype of a heavy cluster.
    func heavyDistances(_ queries: Matrix, options: AnomalyOptions) -> [Float] {
        let layout = layout
        let pairs = Nearest.search(queries: queries, prototypes: centroids, layout: layout, metric: metric)
        var heavy = HeavyClusters(weights: weights, share: options.heavyShare)
        return heavy.scores(queries: queries, pairs: pairs, model: self, layout: layout)
    }
}
