/// Exact search for the nearest points of points.
///
/// Distances are sums of doubles, so the order of the neighbours is that of the vectors as they are given, and the
/// result has the same bits whatever the lanes are. Low dimensions go through a k-d tree, others through blocked
/// matrix products whose winners are measured anew.
public enum NeighbourSearch {
    /// Up to this many dimensions a tree is faster than comparing everything.
    package static let treeDimensions = 10

    /// The `k` nearest other rows of every row of `points` (`n × d`); a row is never its own neighbour, though equal
    /// rows are neighbours at distance 0.
    ///
    /// - Parameters:
    ///   - k: the number of neighbours; at most `n - 1` are found.
    ///   - points: `n × d`, finite; of unit length under the cosine metric.
    ///   - metric: how far apart two rows are.
    ///   - lanes: what runs ranges of rows side by side.
    public static func nearest(_ k: Int, in points: Matrix, metric: Metric, lanes: Lanes) -> NeighbourTable {
        table(max(0, min(k, points.rows - 1)), of: points, among: points, leavingOutSelf: true, metric, lanes)
    }

    /// The `k` nearest rows of `points` (`n × d`) for every row of `queries` (`m × d`).
    ///
    /// - Parameters:
    ///   - k: the number of neighbours; at most `n` are found.
    ///   - queries: `m × d`, finite; of unit length under the cosine metric.
    ///   - points: `n × d`, the same.
    ///   - metric: how far apart two rows are.
    ///   - lanes: what runs ranges of rows side by side.
    public static func nearest(
        _ k: Int,
        of queries: Matrix,
        among points: Matrix,
        metric: Metric,
        lanes: Lanes
    ) -> NeighbourTable {
        precondition(queries.columns == points.columns, "queries and points need the same number of columns")
        return table(max(0, min(k, points.rows)), of: queries, among: points, leavingOutSelf: false, metric, lanes)
    }

    private static func table(
        _ k: Int,
        of queries: Matrix,
        among points: Matrix,
        leavingOutSelf: Bool,
        _ metric: Metric,
        _ lanes: Lanes
    ) -> NeighbourTable {
        guard k > 0, queries.rows > 0 else { return NeighbourTable(neighbours: k, indices: [], distances: []) }
        let index = PointIndex(points)
        let nearest = index.nearest(k, of: queries, leavingOutSelf: leavingOutSelf, lanes: lanes)
        return NeighbourTable(
            neighbours: k,
            indices: nearest.indices,
            distances: nearest.squares.map { Float(metric.distance(fromSquare: $0)) }
        )
    }
}

extension Metric {
    /// The distance of two vectors whose Euclidean distance has the square given; the cosine is that of unit vectors.
    package func distance(fromSquare square: Double) -> Double {
        switch self {
        case .cosine: square / 2
        case .euclidean: square.squareRoot()
        }
    }

    /// The square of the Euclidean distance of vectors that are `distance` apart.
    package func square(fromDistance distance: Double) -> Double {
        switch self {
        case .cosine: distance * 2
        case .euclidean: distance * distance
        }
    }
}
