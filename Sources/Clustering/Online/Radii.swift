/// How far from its centroid each cluster reaches.
struct Radii: Sendable {
    /// The distance beyond which a record is far from the cluster of that row.
    var limits: [Float]
    /// The limit of a cluster about which nothing is known yet.
    var typicalLimit: Float

    /// Standard deviations above the mean distance where far begins.
    static let deviations = 3.0
    /// The most that the standard deviation counts, in means. Distances from one centre scatter less (half a normal
    /// distribution by .76); more comes from scattered records, which would draw ever more of them in.
    static let largestRatio = 0.8
    /// Members' worth of belief that a cluster is like the others; fades as its own weight grows.
    static let priorWeight = 8.0

    /// The radii of a model's clusters.
    init(model: Model, birth: Birth) {
        let moments = zip(model.clusters.indices, model.weights).map { index, current in
            // Decayed sums fade like the weight, so that they are brought up to date by the same factor.
            let weight = model.clusters[index].weight
            let factor = weight > 0 ? current / weight : 0
            return (
                count: current,
                sum: model.clusters[index].distanceSum * factor,
                square: model.clusters[index].distanceSquareSum * factor
            )
        }
        limits = Self.limits(moments: moments, birth: birth)
        if case .distance(let distance) = birth {
            typicalLimit = distance
        } else {
            typicalLimit = Self.median(of: limits, weights: moments.map(\.count))
        }
    }

    /// The reach of clusters of which the number of members and the sums of their distances and squared distances are
    /// known.
    static func limits(moments: [(count: Double, sum: Double, square: Double)], birth: Birth) -> [Float] {
        if case .distance(let distance) = birth { return Array(repeating: distance, count: moments.count) }
        let typical = typical(moments)
        return moments.map { own in
            // The cluster's own moments, drawn towards the common ones while it holds few members.
            let belief = priorWeight + own.count
            return limit(
                mean: (priorWeight * typical.mean + own.sum) / belief,
                square: (priorWeight * typical.square + own.square) / belief
            )
        }
    }

    /// The mean distance and the mean squared distance over all members.
    private static func typical(_ moments: [(count: Double, sum: Double, square: Double)]) -> (
        mean: Double, square: Double
    ) {
        let count = moments.reduce(0) { $0 + $1.count }
        guard count > 0 else { return (0, 0) }
        return (moments.reduce(0) { $0 + $1.sum } / count, moments.reduce(0) { $0 + $1.square } / count)
    }

    /// The limit that clusters of half of the weight do not exceed: a few wide clusters say nothing of the others.
    private static func median(of limits: [Float], weights: [Double]) -> Float {
        let half = weights.reduce(0, +) / 2
        var sum = 0.0
        for index in limits.indices.sorted(by: { (limits[$0], $0) < (limits[$1], $1) }) {
            sum += weights[index]
            if sum >= half { return limits[index] }
        }
        return 0
    }

    private static func limit(mean: Double, square: Double) -> Float {
        Float(mean + deviations * min(largestRatio * mean, max(0, square - mean * mean).squareRoot()))
    }
}
