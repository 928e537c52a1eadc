import Foundation

/// How often each pair of a true and a found group occurs together.
struct Contingency {
    /// The cells that are not 0: row, column and count.
    let cells: [(row: Int, column: Int, count: Double)]
    /// The size of each true group.
    let rows: [Double]
    /// The size of each found group.
    let columns: [Double]
    /// The number of records.
    let total: Double

    init(_ truth: [Int], _ found: [Int]) {
        precondition(truth.count == found.count, "both labellings must cover the same records")
        let left = Grouping(truth)
        let right = Grouping(found)
        var counts: [Int: Double] = [:]
        for (row, column) in zip(left.index, right.index) { counts[row * right.count + column, default: 0] += 1 }
        cells = counts.sorted { $0.key < $1.key }.map { ($0.key / right.count, $0.key % right.count, $0.value) }
        rows = left.sizes.map(Double.init)
        columns = right.sizes.map(Double.init)
        total = Double(truth.count)
    }

    /// The entropy of group sizes in nats.
    static func entropy(_ sizes: [Double], _ total: Double) -> Double {
        sizes.reduce(0) { $1 > 0 ? $0 - $1 / total * log($1 / total) : $0 }
    }

    /// The mutual information of both groupings in nats.
    var mutualInformation: Double {
        let sum = cells.reduce(0.0) { sum, cell in
            sum + cell.count / total * log(cell.count * total / (rows[cell.row] * columns[cell.column]))
        }
        return max(0, sum)
    }

    /// The mutual information to be expected of random groupings of the same sizes (Vinh, Epps and Bailey 2010,
    /// equation 24a).
    var expectedMutualInformation: Double {
        let count = Int(total)
        var logFactorial = [Double](repeating: 0, count: count + 1)
        for number in stride(from: 2, through: count, by: 1) {
            logFactorial[number] = logFactorial[number - 1] + log(Double(number))
        }
        // Groups of equal size have equal terms.
        let left = Dictionary(rows.map { (Int($0), 1.0) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
        let right = Dictionary(columns.map { (Int($0), 1.0) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
        var expected = 0.0
        for (a, rowsOfSize) in left {
            for (b, columnsOfSize) in right {
                let fixed =
                    logFactorial[a] + logFactorial[b] + logFactorial[count - a] + logFactorial[count - b]
                    - logFactorial[count]
                var sum = 0.0
                for both in stride(from: max(1, a + b - count), through: min(a, b), by: 1) {
                    let term = Double(both) / total * log(total * Double(both) / (Double(a) * Double(b)))
                    let chance =
                        fixed - logFactorial[both] - logFactorial[a - both] - logFactorial[b - both]
                        - logFactorial[count - a - b + both]
                    sum += term * exp(chance)
                }
                expected += sum * rowsOfSize * columnsOfSize
            }
        }
        return expected
    }
}
