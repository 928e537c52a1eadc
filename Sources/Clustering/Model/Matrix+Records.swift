import Kernels

extension Matrix {
    /// The weighted mean of some rows (the plain one where the weights add up to 0), of unit length under cosine.
    func centre(of rows: Range<Int>, weights: [Double], metric: Metric) -> [Float] {
        let total = weights.reduce(0, +)
        var sum = [Double](repeating: 0, count: columns)
        for (row, weight) in zip(rows, weights) {
            let share = total > 0 ? weight / total : 1 / Double(rows.count)
            for (column, value) in self[row: row].enumerated() { sum[column] += share * Double(value) }
        }
        var centre = Matrix(columns: columns, storage: sum.map(Float.init))
        if metric == .cosine { centre.normalise(row: 0) }
        return centre.storage
    }

    /// A matrix of the vectors of stored records, `n × d`.
    init(records: [StoredRecord], dimension: Int) {
        var storage: [Float] = []
        storage.reserveCapacity(records.count * dimension)
        for record in records { storage.append(contentsOf: record.vector) }
        self.init(columns: dimension, storage: storage)
    }

    /// The squared Euclidean distance of a row to a sum of vectors that is divided by `divisor`.
    func squaredDistance(row: Int, to sum: [Double], divisor: Double) -> Double {
        var square = 0.0
        for (column, value) in self[row: row].enumerated() {
            let difference = Double(value) - sum[column] / divisor
            square += difference * difference
        }
        return square
    }

    /// Whether each row is finite and short enough to be squared.
    var soundRows: [Bool] {
        storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return [] }
            return (0..<rows).map { row in
                let start = base + row * columns
                return VectorMath.dot(start, start, count: columns).isFinite
            }
        }
    }
}
