import Kernels

/// The mean of vectors and their squared distances to it, in 64-bit floats.
struct VectorSpread: Sendable {
    /// The mean, `d` numbers.
    let mean: [Double]
    /// The sum of the squared distances to the mean.
    let total: Double

    private static let partRows = 4096

    /// - Parameter vectors: `n × d`.
    init(_ vectors: Matrix, lanes: Lanes) {
        let (rows, columns) = (vectors.rows, vectors.columns)
        let parts = (rows + Self.partRows - 1) / Self.partRows
        let partSums = [Double].shared(parts * columns) { sums in
            lanes.run(parts) { part in
                let target = sums.base + part * columns
                target.initialize(repeating: 0, count: columns)
                vectors.withRows { vectors in
                    for row in part * Self.partRows..<min((part + 1) * Self.partRows, rows) {
                        for column in 0..<columns { target[column] += Double(vectors[row * columns + column]) }
                    }
                }
            }
        }
        var mean = [Double](repeating: 0, count: columns)
        for (place, sum) in partSums.enumerated() { mean[place % columns] += sum / Double(max(1, rows)) }
        self.mean = mean
        let centre = mean
        let squares = [Double].shared(parts) { squares in
            lanes.run(parts) { part in
                let range = part * Self.partRows..<min((part + 1) * Self.partRows, rows)
                (squares.base + part).initialize(to: Self.squares(vectors, range, about: centre))
            }
        }
        total = squares.reduce(0, +)
    }

    private static func squares(_ vectors: Matrix, _ rows: Range<Int>, about mean: [Double]) -> Double {
        var sums = SIMD8<Double>(repeating: 0)
        var rest = 0.0
        let columns = vectors.columns
        let whole = columns / 8 * 8
        vectors.withRows { vectors in
            mean.withUnsafeBufferPointer { mean in
                for row in rows {
                    let vector = vectors + row * columns
                    for column in stride(from: 0, to: whole, by: 8) {
                        for lane in 0..<8 {
                            let difference = Double(vector[column + lane]) - mean[column + lane]
                            sums[lane] += difference * difference
                        }
                    }
                    for column in whole..<columns {
                        let difference = Double(vector[column]) - mean[column]
                        rest += difference * difference
                    }
                }
            }
        }
        return sums.sum() + rest
    }

    /// The inertia of groups about their own means, from the sums of their members: what lies within groups is what is
    /// left of the total after what lies between them. Under the cosine metric the vectors are of unit length, and the
    /// sum of the cosine distances to the scaled means is `n - Σ ‖sum‖`.
    ///
    /// - Parameters:
    ///   - sums: `k × d`.
    ///   - counts: the members of each group.
    func inertia(sums: [Double], counts: [Int], metric: Metric) -> Double {
        let columns = mean.count
        var between = 0.0
        for (group, count) in counts.enumerated() where count > 0 {
            var square = 0.0
            for column in 0..<columns {
                let sum = sums[group * columns + column]
                let side = metric == .cosine ? sum : sum / Double(count) - mean[column]
                square += side * side
            }
            between += metric == .cosine ? square.squareRoot() : Double(count) * square
        }
        return max(0, (metric == .cosine ? Double(counts.reduce(0, +)) : total) - between)
    }
}
