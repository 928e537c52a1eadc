import Kernels

/// Sums over the elements of vectors, eight lanes at a time: the compiler may not reorder float sums by itself.
enum Vectors {
    /// `Σ a·b` over `count` elements.
    @inline(__always)
    static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
        var lanes = SIMD8<Float>(repeating: 0)
        var index = 0
        while index + 8 <= count {
            lanes += load(a + index) * load(b + index)
            index += 8
        }
        var sum = lanes.sum()
        while index < count {
            sum += a[index] * b[index]
            index += 1
        }
        return sum
    }

    /// `Σ (a - b)²` over `count` elements.
    @inline(__always)
    static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
        var lanes = SIMD8<Float>(repeating: 0)
        var index = 0
        while index + 8 <= count {
            let difference = load(a + index) - load(b + index)
            lanes += difference * difference
            index += 8
        }
        var sum = lanes.sum()
        while index < count {
            let difference = a[index] - b[index]
            sum += difference * difference
            index += 1
        }
        return sum
    }

    /// The distance of two vectors in `metric`.
    @inline(__always)
    static func distance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int, _ metric: Metric) -> Float {
        switch metric {
        case .cosine: max(0, 1 - dot(a, b, count))
        case .euclidean: squaredDistance(a, b, count).squareRoot()
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

    /// Scales a row of `matrix` to unit length; a row of zeros stays as it is.
    static func normalise(row: Int, of matrix: inout Matrix) {
        let columns = matrix.columns
        matrix.storage.withUnsafeMutableBufferPointer { storage in
            guard let base = storage.baseAddress else { return }
            let start = base + row * columns
            let length = dot(start, start, columns).squareRoot()
            guard length > 0, length.isFinite else { return }
            for index in 0..<columns { start[index] /= length }
        }
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
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
