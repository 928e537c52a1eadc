extension Matrix {
    /// The rows at `indices`, in that order.
    public func selecting(_ indices: [Int]) -> Matrix {
        var storage: [Float] = []
        storage.reserveCapacity(indices.count * columns)
        for index in indices { storage.append(contentsOf: self[row: index]) }
        return Matrix(columns: columns, storage: storage)
    }

    /// Replaces one row; `values` must hold as many elements as the matrix has columns.
    public mutating func replace(row: Int, with values: some Collection<Float>) {
        precondition(values.count == columns, "a row must have as many elements as the matrix has columns")
        var position = row * columns
        for value in values {
            storage[position] = value
            position += 1
        }
    }

    /// Replaces one row by the same row of a matrix with as many columns.
    public mutating func copy(row: Int, of other: Matrix) {
        precondition(other.columns == columns && other.rows > row && rows > row, "the row is in both matrices")
        let (start, columns) = (row * columns, columns)
        storage.withUnsafeMutableBufferPointer { target in
            other.storage.withUnsafeBufferPointer { source in
                for column in 0..<columns { target[start + column] = source[start + column] }
            }
        }
    }

    /// Takes out one row.
    public mutating func remove(row: Int) {
        var remaining = storage
        remaining.removeSubrange(row * columns..<(row + 1) * columns)
        self = Matrix(columns: columns, storage: remaining)
    }

    /// Scales a row to unit length; a row of zeros stays as it is.
    public mutating func normalise(row: Int) {
        let columns = columns
        storage.withUnsafeMutableBufferPointer { storage in
            guard let base = storage.baseAddress else { return }
            VectorMath.normalise(base + row * columns, count: columns)
        }
    }
}
