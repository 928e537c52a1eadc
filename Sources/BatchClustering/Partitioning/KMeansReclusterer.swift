public import Kernels

/// k-means: Lloyd's algorithm from k-means++ starts and from a cut of Ward's tree over a part of the vectors, the best
/// by inertia (Lloyd 1982; Arthur and Vassilvitskii 2007). Under the cosine metric the centroids are of unit length.
///
/// A centroid without members starts anew at the vector farthest from its own centroid. Fewer groups than asked for
/// come back where there are fewer distinct vectors.
public struct KMeansReclusterer: Reclusterer, Equatable {
    /// How many groups.
    public var choice: CountChoice
    /// Independent k-means++ starts beside the tree's, at least 1.
    public var starts = 10
    /// The most rounds of a start, at least 1.
    public var iterations = 100
    /// A start ends when the inertia falls by less than this share in a round, 0 or more.
    public var tolerance = 1e-4

    /// - Parameter choice: how many groups.
    public init(_ choice: CountChoice = CountChoice()) { self.choice = choice }

    /// See ``Reclusterer/grouping(of:metric:seed:lanes:)``.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes = .serial
    ) throws(GroupingError) -> Partition {
        try vectors.checkForGrouping()
        try choice.check()
        var generator = SeededGenerator(seed: seed)
        let decision = CountDecision(
            choice,
            vectors: vectors,
            metric: metric,
            lanes: lanes,
            generator: &generator
        )
        var kmeans = KMeans(data: vectors, metric: metric, lanes: lanes)
        kmeans.iterations = max(1, iterations)
        kmeans.tolerance = tolerance
        var best = kmeans.run(k: decision.k, starts: starts, generator: &generator)
        var origin = "a k-means++ start"
        if let start = decision.start {
            let other = kmeans.run(from: start)
            if other.centroids.rows == best.centroids.rows, other.inertia < best.inertia {
                (best, origin) = (other, "the start from a tree")
            }
        }
        var partition = Partition(centroids: best.centroids, labels: best.labels, inertia: best.inertia)
        partition.curve = decision.curve
        partition.reasons = [
            decision.reason, "\(origin) had the least inertia, \(best.inertia), after \(best.rounds) rounds",
        ]
        if partition.count < decision.k {
            partition.reasons.append("there are only \(partition.count) groups: not more vectors are distinct")
        }
        return partition
    }
}
