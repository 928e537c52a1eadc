import Foundation
import Kernels

/// Groups as the hills of the density: every vector climbs to a denser neighbour until a summit is reached, and summits
/// that hardly rise above the pass to the next one are no hills of their own.
///
/// ToMATo (Chazal, Guibas, Oudot and Skraba 2013, "Persistence-Based Clustering in Riemannian Manifolds") on the graph of
/// the `k` nearest neighbours, with the distance to a measure as the density (Biau et al. 2011). The logarithm of a
/// density that `k` neighbours estimate has a standard error of about `1/√k` whatever the dimension, so that the least
/// rise of a hill is counted in those.
struct ModeSeeking {
    /// The least rise of a hill above its pass, in standard errors.
    var standardErrors = 4.0

    /// The neighbours that estimate the density of `count` vectors.
    static func neighbours(_ count: Int) -> Int { max(8, Int(0.5 * Double(count).squareRoot())) }

    /// The hill of each row of `table`, from 0 in order of height.
    ///
    /// - Parameters:
    ///   - table: the nearest neighbours of each vector.
    ///   - columns: the vectors' dimension, a bound of the intrinsic one.
    func hills(_ table: NeighbourTable, columns: Int) -> [Int] {
        guard table.rows > 0, table.neighbours > 1 else { return Array(repeating: 0, count: table.rows) }
        let heights = Self.heights(table, columns: columns)
        let least = standardErrors / Double(table.neighbours).squareRoot()
        let order = heights.indices.sorted { (heights[$1], $0) < (heights[$0], $1) }
        var forest = HillForest(heights: heights)
        var isSeen = [Bool](repeating: false, count: heights.count)
        for row in order {
            let denser = table.indices(of: row).lazy.map(Int.init).filter { isSeen[$0] }
            isSeen[row] = true
            guard let steepest = denser.max(by: { (heights[$0], $1) < (heights[$1], $0) }) else { continue }
            forest.join(row, to: steepest)
            for other in denser { forest.fill(row, other, least: least) }
        }
        var numbers: [Int: Int] = [:]
        return heights.indices.map { row in
            let summit = forest.summit(of: row)
            if let number = numbers[summit] { return number }
            numbers[summit] = numbers.count
            return numbers.count - 1
        }
    }

    /// The logarithm of the density at each row, up to a constant: `-m·ln r` with `r` the root mean squared distance of
    /// its neighbours and `m` the intrinsic dimension.
    private static func heights(_ table: NeighbourTable, columns: Int) -> [Double] {
        let dimension = min(Double(columns), max(1, intrinsicDimension(table)))
        return (0..<table.rows).map { row in
            let squares = table.distances(of: row).reduce(0.0) { $0 + Double($1) * Double($1) }
            return -dimension / 2 * log(max(squares / Double(table.neighbours), 1e-30))
        }
    }

    /// The dimension of the set that the vectors lie on, near a point (Levina and Bickel 2005, equation 8; averaged as
    /// MacKay and Ghahramani 2005 correct it).
    static func intrinsicDimension(_ table: NeighbourTable) -> Double {
        var sum = 0.0
        var count = 0.0
        for row in 0..<table.rows {
            let distances = table.distances(of: row)
            guard let last = distances.last, last > 0 else { continue }
            for distance in distances.dropLast() where distance > 0 {
                sum += log(Double(last) / Double(distance))
                count += 1
            }
        }
        return sum > 0 ? count / sum : 1
    }
}

/// Trees of vectors that belong to one summit.
private struct HillForest {
    let heights: [Double]
    var parent: [Int]

    init(heights: [Double]) {
        self.heights = heights
        parent = Array(heights.indices)
    }

    mutating func summit(of row: Int) -> Int {
        var row = row
        while parent[row] != row {
            parent[row] = parent[parent[row]]
            row = parent[row]
        }
        return row
    }

    mutating func join(_ row: Int, to other: Int) { parent[row] = summit(of: other) }

    /// Joins the hills on both sides of the pass `row` where the lower one rises by less than `least` above it.
    mutating func fill(_ row: Int, _ other: Int, least: Double) {
        let a = summit(of: row)
        let b = summit(of: other)
        guard a != b, min(heights[a], heights[b]) < heights[row] + least else { return }
        // The higher summit stays; the earlier one where both are equal.
        let isFirstHigher = (heights[b], a) < (heights[a], b)
        parent[isFirstHigher ? b : a] = isFirstHigher ? a : b
    }
}
