/// The clusters that hold enough weight to make what is near them normal.
struct HeavyClusters: Sendable {
    /// Whether the cluster of a row is one of them.
    let isHeavy: [Bool]

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
}
