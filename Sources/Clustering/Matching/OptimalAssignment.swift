/// The one-to-one assignment of rows to columns with the greatest total value.
///
/// The Hungarian method with shortest augmenting paths (Jonker and Volgenant 1987): `O(n²·m)` for the smaller side `n`.
enum OptimalAssignment {
    /// - Parameter values: `rows × columns`, row by row, finite.
    /// - Returns: for each row its column, or nil where there are more rows than columns and it stays alone.
    static func solve(values: [Double], rows: Int, columns: Int) -> [Int?] {
        guard rows > 0, columns > 0 else { return Array(repeating: nil, count: rows) }
        guard rows <= columns else {
            let flipped = (0..<rows * columns).map { values[($0 % rows) * columns + $0 / rows] }
            var result = [Int?](repeating: nil, count: rows)
            for (column, row) in solve(values: flipped, rows: columns, columns: rows).enumerated() {
                if let row { result[row] = column }
            }
            return result
        }
        // Potentials and matches count from 1; 0 is the start of each augmenting path.
        var rowPotential = [Double](repeating: 0, count: rows + 1)
        var columnPotential = [Double](repeating: 0, count: columns + 1)
        var match = [Int](repeating: 0, count: columns + 1)
        for row in 1...rows {
            match[0] = row
            let way = augment(values, columns, &rowPotential, &columnPotential, match)
            var column = way.end
            repeat {
                let previous = way.previous[column]
                match[column] = match[previous]
                column = previous
            } while column != 0
        }
        var result = [Int?](repeating: nil, count: rows)
        for column in 1...columns where match[column] > 0 { result[match[column] - 1] = column - 1 }
        return result
    }

    /// The shortest path from the row in `match[0]` to a free column, by reduced costs.
    private static func augment(
        _ values: [Double],
        _ columns: Int,
        _ rowPotential: inout [Double],
        _ columnPotential: inout [Double],
        _ match: [Int]
    ) -> (end: Int, previous: [Int]) {
        var least = [Double](repeating: .infinity, count: columns + 1)
        var previous = [Int](repeating: 0, count: columns + 1)
        var isUsed = [Bool](repeating: false, count: columns + 1)
        var column = 0
        repeat {
            isUsed[column] = true
            let row = match[column]
            var step = Double.infinity
            var next = 0
            for other in 1...columns where !isUsed[other] {
                let cost = -values[(row - 1) * columns + other - 1] - rowPotential[row] - columnPotential[other]
                if cost < least[other] {
                    least[other] = cost
                    previous[other] = column
                }
                if least[other] < step {
                    step = least[other]
                    next = other
                }
            }
            for other in 0...columns {
                if isUsed[other] {
                    rowPotential[match[other]] += step
                    columnPotential[other] -= step
                } else {
                    least[other] -= step
                }
            }
            column = next
        } while match[column] != 0
        return (column, previous)
    }
}
