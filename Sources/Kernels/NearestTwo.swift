/// The nearest and second-nearest row of a set of centroids, as found for one query.
public struct NearestPair: Sendable, Equatable, BitwiseCopyable {
    /// Row index of the nearest centroid; -1 when there are no centroids.
    public var first: Int32
    /// Row index of the second-nearest centroid; -1 when there are fewer than two.
    public var second: Int32
    /// Distance to `first` in the metric asked for (`infinity` when absent).
    public var firstDistance: Float
    /// Distance to `second` in the metric asked for (`infinity` when absent).
    public var secondDistance: Float

    /// Memberwise.
    public init(first: Int32, second: Int32, firstDistance: Float, secondDistance: Float) {
        self.first = first
        self.second = second
        self.firstDistance = firstDistance
        self.secondDistance = secondDistance
    }

    /// The result where there are no centroids.
    static let none = NearestPair(first: -1, second: -1, firstDistance: .infinity, secondDistance: .infinity)
}

/// Exhaustive search for the two nearest centroids of every query row.
public enum NearestTwo {
    /// Finds the two nearest rows of `centroids` (`k × d`) for each row of `queries` (`m × d`).
    ///
    /// Under ``Metric/cosine`` both sides must be unit length. Equal distances resolve to the lower row index. To
    /// search the same centroids many times, keep a ``CentroidIndex``.
    public static func search(queries: Matrix, centroids: Matrix, metric: Metric) -> [NearestPair] {
        CentroidIndex(centroids: centroids, metric: metric).search(queries)
    }
}
