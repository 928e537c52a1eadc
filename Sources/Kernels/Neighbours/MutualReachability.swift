/// Points with their core distances: how far each reaches to have a number of neighbours, itself counted.
package struct MutualReachability: Sendable {
    /// The points, ready for search.
    package let index: PointIndex
    /// How many points lie within the core distance, the point itself counted.
    package let neighbours: Int
    /// The square of each point's core distance.
    package let core: [Double]

    /// - Parameter neighbours: at least 1; where there are not so many points, all of them count.
    package init(_ index: PointIndex, neighbours: Int, lanes: Lanes) {
        self.index = index
        self.neighbours = neighbours
        let rows = index.points.rows
        let k = max(0, min(neighbours - 1, rows - 1))
        guard k > 0 else {
            core = Array(repeating: 0, count: rows)
            return
        }
        let nearest = index.nearest(k, of: index.points, leavingOutSelf: true, lanes: lanes)
        core = (0..<rows).map { nearest.squares[$0 * k + k - 1] }
    }

    /// The single-linkage tree of the points by mutual reachability; there must be at least one.
    package func order(lanes: Lanes) -> ReachabilityOrder {
        ReachabilityOrder(points: index.points, core: core)
    }
}
