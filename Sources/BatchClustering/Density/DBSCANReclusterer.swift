public import Kernels

/// DBSCAN: vectors with enough neighbours within a radius, and those within the radius of them (Ester, Kriegel, Sander
/// and Xu 1996).
///
/// Groups are numbered by their first dense row. A vector on the border of several groups goes to the first of them.
public struct DBSCANReclusterer: Reclusterer, Equatable {
    /// The radius, in the metric, greater than 0. nil: the knee of the curve of the distances to the neighbour that
    /// makes a vector dense.
    public var epsilon: Double?
    /// How many vectors within the radius, the vector itself counted, make a vector dense; at least 1.
    public var minimumNeighbours = 5

    /// The defaults.
    public init() {}

    /// Groups the rows of `vectors`; the strength is 1 for dense vectors and 0.5 for those on the border of a group.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) throws(GroupingError) -> Partition {
        try check()
        try DensityInput.check(vectors)
        let index = PointIndex(vectors)
        let radius = epsilon ?? knee(index, metric, lanes)
        let graph = RadiusGraph(index, square: metric.square(fromDistance: radius))
        let dense = graph.dense(minimumNeighbours, lanes: lanes)
        var numbers: [Int32: Int32] = [:]
        let labels = graph.components(of: dense, lanes: lanes).map { root in
            guard root >= 0 else { return Partition.noise }
            let number = numbers[root] ?? Int32(numbers.count)
            numbers[root] = number
            return number
        }
        var partition = Partition(labels: graph.lowest(labels, lanes: lanes), count: numbers.count)
        partition.strengths = zip(partition.labels, dense).map { label, dense in dense ? 1 : label >= 0 ? 0.5 : 0 }
        if epsilon == nil {
            partition.reasons = [
                "epsilon \(Float(radius)) from the knee of the \(minimumNeighbours)-distance curve"
            ]
        }
        return partition
    }

    private func check() throws(GroupingError) {
        if let epsilon, !(epsilon > 0 && epsilon.isFinite) {
            throw .unsuitable("the epsilon of dbscan is \(epsilon); it must be greater than 0")
        }
        guard minimumNeighbours >= 1 else {
            throw .unsuitable("dbscan was given \(minimumNeighbours) neighbours; at least 1 is needed")
        }
    }

    private func knee(_ index: PointIndex, _ metric: Metric, _ lanes: Lanes) -> Double {
        let space = MutualReachability(index, neighbours: max(2, minimumNeighbours), lanes: lanes)
        return DistanceCurve.knee(space.core.map { metric.distance(fromSquare: $0) }.sorted())
    }
}

/// The distances of vectors to a neighbour, from near to far: flat among the dense ones, steep among the outliers.
enum DistanceCurve {
    /// Where the curve turns steep: the point farthest below the chord of a convex increasing curve that both axes
    /// are scaled to 0...1 for (Kneedle; Satopää et al. 2011, section III). 0 for an empty curve.
    static func knee(_ ascending: [Double]) -> Double {
        guard let low = ascending.first, let high = ascending.last, high > low else { return ascending.first ?? 0 }
        var (best, place) = (-Double.infinity, 0)
        for (index, value) in ascending.enumerated() {
            let below = Double(index) / Double(ascending.count - 1) - (value - low) / (high - low)
            if below > best { (best, place) = (below, index) }
        }
        return ascending[place]
    }
}
