/// How far from its centroid each cluster reaches.
struct Radii: Sendable {
    /// The distance beyond which a record is far from the cluster of that row.
    var limits: [Float]
    /// The limit of a cluster about which nothing is known yet.
    var typicalLimit: Float
    /// The mean distance of members to their centroid over all clusters, by weight.
    var typicalMean: Double

    /// Standard deviations above the mean distance where far begins.
    static let deviations = 3.0
    /// Members' worth of belief that a cluster is like the others; fades as its own weight grows.
    static let priorWeight = 8.0

    /// The radii of a model's clusters.
    init(model: Model, birth: Birth) {
        let weights = model.weights
        var weight = 0.0
        var sum = 0.0
        var squares = 0.0
        for (cluster, current) in zip(model.clusters, weights) where cluster.weight > 0 {
            weight += current
            sum += current * cluster.meanDistance
            squares += current * cluster.distanceSquareSum / cluster.weight
        }
        let mean = weight > 0 ? sum / weight : 0
        let square = weight > 0 ? squares / weight : 0
        typicalMean = mean
        if case .distance(let distance) = birth {
            limits = Array(repeating: distance, count: weights.count)
            typicalLimit = distance
            return
        }
        typicalLimit = Self.limit(mean: mean, square: square)
        limits = zip(model.clusters, weights).map { cluster, current in
            // The cluster's own moments, drawn towards the common ones while it holds few members.
            let share = Self.priorWeight / (Self.priorWeight + current)
            let own = max(cluster.weight, .leastNormalMagnitude)
            return Self.limit(
                mean: share * mean + (1 - share) * cluster.distanceSum / own,
                square: share * square + (1 - share) * cluster.distanceSquareSum / own)
        }
    }

    private static func limit(mean: Double, square: Double) -> Float {
        Float(mean + deviations * max(0, square - mean * mean).squareRoot())
    }
}
