/// The nearest and second-nearest row of a set of centroids, as found for one query.
public struct NearestPair: Sendable, Equatable {
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
}

/// Exhaustive search for the two nearest centroids of every query row.
public enum NearestTwo {
    /// Finds the two nearest rows of `centroids` (`k × d`) for each row of `queries` (`m × d`).
    ///
    /// Under ``Metric/cosine`` both sides must be unit length. Equal distances resolve to the lower row index.
    public static func search(queries: Matrix, centroids: Matrix, metric: Metric) -> [NearestPair] {
        (0..<queries.rows).map { row in
            var pair = NearestPair(first: -1, second: -1, firstDistance: .infinity, secondDistance: .infinity)
            for k in 0..<centroids.rows {
                var sum: Float = 0
                for (a, b) in zip(queries[row: row], centroids[row: k]) {
                    sum += metric == .cosine ? a * b : (a - b) * (a - b)
                }
                let distance = metric == .cosine ? max(0, 1 - sum) : sum.squareRoot()
                if distance < pair.firstDistance {
                    pair.second = pair.first
                    pair.secondDistance = pair.firstDistance
                    pair.first = Int32(k)
                    pair.firstDistance = distance
                } else if distance < pair.secondDistance {
                    pair.second = Int32(k)
                    pair.secondDistance = distance
                }
            }
            return pair
        }
    }
}
