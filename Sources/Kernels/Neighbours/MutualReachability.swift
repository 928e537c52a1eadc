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
    /// - Parameters:
    ///   - sparseRows: with more points than this a spanning tree is searched for; otherwise all points are compared
    ///     with all, which is faster for few.
    ///   - treeDimensions: up to this many dimensions, the search goes through the k-d tree.
    package static func ordered(
        _ index: PointIndex,
        neighbours: Int,
        sparseRows: Int? = nil,
        treeDimensions: Int = 8,
        lanes: Lanes
    ) -> (space: MutualReachability, order: ReachabilityOrder) {
        let points = index.points
        let table = table(index, neighbours, lanes)
        let space = MutualReachability(index, neighbours: neighbours, table)
        guard points.rows > sparseRows ?? (points.columns <= treeDimensions ? 1500 : 500) else {
            return (space, ReachabilityOrder(points: points, core: space.core))
        }
        let searcher: SpanningTree.Searcher
        if let tree = index.tree, points.columns <= treeDimensions || !BlockedSearch.suits(points) {
            searcher = .tree(tree)
        } else {
            searcher = .blocks(index.blocks ?? BlockedSearch(points))
        }
        return (space, ReachabilityOrder(searcher, core: space.core, table: table, lanes: lanes))
    }

    /// More neighbours than the core distance needs, where those are few: they spare searches later.
    private static func table(_ index: PointIndex, _ neighbours: Int, _ lanes: Lanes) -> NeighbourSquares {
        let k = max(0, min(max(neighbours - 1, index.tree == nil ? 12 : 4), index.points.rows - 1))
        guard k > 0 else { return NeighbourSquares(k: 0, indices: [], squares: []) }
        let nearest = index.nearest(k, of: index.points, leavingOutSelf: true, lanes: lanes)
        return NeighbourSquares(k: k, indices: nearest.indices, squares: nearest.squares)
    }
}
