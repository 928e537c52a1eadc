package import Kernels

/// Numbers that repeat from record to record: counts, prices, days.
///
/// They lie on a lattice, of which every point that is met often looks like a tight group: a silhouette is best where
/// each has a cluster of its own. So the number of clusters is judged by distinct records.
package enum Lattice {
    /// Where more than this share of the numbers of a vector are those of a near one, they are steps of a scale.
    static let largestRepetition = 0.1
    /// Vectors are the same where they are nearer than this share of the root mean square distance from the mean.
    private static let grain = 0.05
    /// Neighbours that are looked at.
    private static let neighbours = 5

    /// The rows of distinct vectors (`n x d`, compared by the straight-line distance), ascending; nil where numbers do
    /// not repeat.
    package static func distinct(_ vectors: Matrix) -> [Int]? {
        guard vectors.rows > neighbours else { return nil }
        let table = NeighbourSearch.nearest(neighbours, in: vectors, metric: .euclidean, lanes: .serial)
        guard repetition(vectors, table) > largestRepetition else { return nil }
        let limit = Float(grain * spread(vectors))
        var kept: [Int] = []
        for row in 0..<vectors.rows {
            let own = Array(vectors[row: row])
            if kept.allSatisfy({ Metric.euclidean.distance(own, Array(vectors[row: $0])) > limit }) { kept.append(row) }
        }
        return kept
    }

    /// The share of numbers that a vector has in common with its five nearest neighbours.
    static func repetition(_ vectors: Matrix, _ table: NeighbourTable) -> Double {
        var equal = 0
        var count = 0
        for row in 0..<table.rows {
            for (other, distance) in zip(table.indices(of: row), table.distances(of: row)).prefix(neighbours) {
                let least = 0.01 * distance
                for (a, b) in zip(vectors[row: row], vectors[row: Int(other)]) where abs(a - b) <= least { equal += 1 }
                count += vectors.columns
            }
        }
        return count > 0 ? Double(equal) / Double(count) : 0
    }

    /// The root mean square distance from the mean.
    private static func spread(_ vectors: Matrix) -> Double {
        var sums = [Double](repeating: 0, count: vectors.columns)
        var square = 0.0
        for row in 0..<vectors.rows {
            for (column, value) in vectors[row: row].enumerated() {
                sums[column] += Double(value)
                square += Double(value) * Double(value)
            }
        }
        let n = Double(max(1, vectors.rows))
        return max(0, square / n - sums.reduce(0) { $0 + ($1 / n) * ($1 / n) }).squareRoot()
    }
}
