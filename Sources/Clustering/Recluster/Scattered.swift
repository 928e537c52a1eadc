import Kernels

/// Leaves out the records that lie alone: scattered ones would each want a cluster of their own.
enum Scattered {
    /// The neighbour whose distance tells how densely records lie.
    private static let neighbour = 4
    /// How many times the usual distance to that neighbour makes a record a scattered one.
    private static let limit = 3.0

    /// The rows of `vectors` (`n × d`) that do not lie alone, ascending; all of them where that would be less than half.
    static func dense(_ vectors: Matrix, metric: Metric, lanes: Lanes) -> [Int] {
        let all = Array(0..<vectors.rows)
        guard vectors.rows > 10 * neighbour else { return all }
        let table = NeighbourSearch.nearest(neighbour, in: vectors, metric: metric, lanes: lanes)
        let away = all.map { metric.square(fromDistance: Double(table.distances(of: $0).last ?? 0)).squareRoot() }
        let usual = away.sorted()[away.count / 2]
        guard usual > 0 else { return all }
        let dense = all.filter { away[$0] <= limit * usual }
        return 2 * dense.count >= all.count ? dense : all
    }
}
