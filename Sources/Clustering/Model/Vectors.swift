import Kernels

/// Distances of vectors in a metric.
enum Vectors {
    /// The distance of two vectors in `metric`.
    @inline(__always)
    static func distance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int, _ metric: Metric) -> Float
    {
        switch metric {
        case .cosine: max(0, 1 - VectorMath.dot(a, b, count: count))
        case .euclidean: VectorMath.squaredDistance(a, b, count: count).squareRoot()
        }
    }

    /// The distance of two vectors of equal length in `metric`.
    static func distance(_ a: [Float], _ b: [Float], _ metric: Metric) -> Float {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let left = a.baseAddress, let right = b.baseAddress else { return 0 }
                return distance(left, right, min(a.count, b.count), metric)
            }
        }
    }

    /// Whether each row is finite and short enough to be squared.
    static func soundRows(of matrix: Matrix) -> [Bool] {
        let columns = matrix.columns
        return matrix.storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return [] }
            return (0..<matrix.rows).map { row in
                let start = base + row * columns
                return VectorMath.dot(start, start, count: columns).isFinite
            }
        }
    }

    /// Scales a row of `matrix` to unit length; a row of zeros stays as it is.
    static func normalise(row: Int, of matrix: inout Matrix) {
        let columns = matrix.columns
        matrix.storage.withUnsafeMutableBufferPointer { storage in
            guard let base = storage.baseAddress else { return }
            let start = base + row * columns
            _ = VectorMath.normalise(start, count: columns)
        }
    }
}

extension Matrix {
    /// A matrix of the vectors of stored records, `n × d`.
    init(records: [StoredRecord], dimension: Int) {
        var storage: [Float] = []
        storage.reserveCapacity(records.count * dimension)
        for record in records { storage.append(contentsOf: record.vector) }
        self.init(columns: dimension, storage: storage)
    }

    /// The rows at `indices`, in that order.
    func selecting(_ indices: [Int]) -> Matrix {
        var storage: [Float] = []
        storage.reserveCapacity(indices.count * columns)
        for index in indices { storage.append(contentsOf: self[row: index]) }
        return Matrix(columns: columns, storage: storage)
    }

    /// Replaces one row.
    mutating func replace(row: Int, with values: some Collection<Float>) {
        var position = row * columns
        for value in values {
            storage[position] = value
            position += 1
        }
    }

    /// Takes out one row.
    mutating func remove(row: Int) {
        var remaining = storage
        remaining.removeSubrange(row * columns..<(row + 1) * columns)
        self = Matrix(columns: columns, storage: remaining)
    }
}
