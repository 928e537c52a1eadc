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
        self.init(index, neighbours: neighbours, Self.table(index, neighbours, lanes))
    }

    private init(_ index: PointIndex, neighbours: Int, _ table: NeighbourSquares) {
        self.index = index
        self.neighbours = neighbours
        let reached = min(neighbours - 1, table.k)
        core = (0..<index.points.rows).map { reached > 0 ? table.squares[$0 * table.k + reached - 1] : 0 }
    }

    /// Core distances and the single-linkage tree by mutual reachability; there must be at least one point.
    ///
    /// - Parameter treeRows: with more points than this in few dimensions, a spanning tree is searched for in the
    ///   k-d tree; otherwise all points are compared with all.
    package static func ordered(
        _ index: PointIndex,
        neighbours: Int,
        treeRows: Int = 1500,
        lanes: Lanes
    ) -> (space: MutualReachability, order: ReachabilityOrder) {
        let table = table(index, neighbours, lanes)
        let space = MutualReachability(index, neighbours: neighbours, table)
        guard let tree = index.tree, index.points.rows > treeRows else {
            return (space, ReachabilityOrder(points: index.points, core: space.core))
        }
        return (space, ReachabilityOrder(tree, core: space.core, table: table, lanes: lanes))
    }

    /// More neighbours than the core distance needs, where those are few: they spare searches later.
    private static func table(_ index: PointIndex, _ neighbours: Int, _ lanes: Lanes) -> NeighbourSquares {
        let k = max(0, min(max(neighbours - 1, index.tree == nil ? 0 : 4), index.points.rows - 1))
        guard k > 0, neighbours > 1 || index.tree != nil else {
            return NeighbourSquares(k: 0, indices: [], squares: [])
        }
        let nearest = index.nearest(k, of: index.points, leavingOutSelf: true, lanes: lanes)
        return NeighbourSquares(k: k, indices: nearest.indices, squares: nearest.squares)
    }
}
