import Kernels

extension Matrix {
    /// A matrix of the vectors of stored records, `n × d`.
    init(records: [StoredRecord], dimension: Int) {
        var storage: [Float] = []
        storage.reserveCapacity(records.count * dimension)
        for record in records { storage.append(contentsOf: record.vector) }
        self.init(columns: dimension, storage: storage)
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
