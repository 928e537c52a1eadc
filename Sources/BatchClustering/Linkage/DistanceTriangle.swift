package import Kernels

/// The mutual distances of records, each pair once: `n (n - 1) / 2` 64-bit numbers.
package final class DistanceTriangle {
    /// The number of records.
    package let count: Int
    /// Row after row: record `i` holds its distances to the records 0 up to `i - 1`.
    let storage: UnsafeMutableBufferPointer<Double>

    private static let partRows = 64

    /// Distances that are filled in by the caller.
    package init(count: Int) {
        self.count = count
        storage = .allocate(capacity: max(1, Self.start(count)))
        storage.initialize(repeating: 0)
    }

    /// The distances of the rows of `vectors`.
    package init(_ vectors: Matrix, metric: Metric, lanes: Lanes) {
        count = vectors.rows
        storage = .allocate(capacity: max(1, Self.start(vectors.rows)))
        let shared = SharedMemory(storage)
        let (rows, columns) = (vectors.rows, vectors.columns)
        lanes.run((rows + Self.partRows - 1) / Self.partRows) { part in
            vectors.withRows { base in
                for row in part * Self.partRows..<min((part + 1) * Self.partRows, rows) {
                    let target = shared.base + Self.start(row)
                    for other in 0..<row {
                        let distance = Self.distance(base + row * columns, base + other * columns, columns, metric)
                        (target + other).initialize(to: distance)
                    }
                }
            }
        }
    }

    deinit { storage.deallocate() }

    /// Where the distances of a record begin.
    @inline(__always)
    static func start(_ record: Int) -> Int { record * (record - 1) / 2 }

    /// A distance with sums in 64-bit floats; of few dimensions summed one after another, as SciPy does, so that equal
    /// distances stay equal.
    @inline(__always)
    private static func distance(
        _ a: UnsafePointer<Float>,
        _ b: UnsafePointer<Float>,
        _ count: Int,
        _ metric: Metric
    ) -> Double {
        switch metric {
        case .cosine:
            var sum = 0.0
            for index in 0..<count { sum += Double(a[index]) * Double(b[index]) }
            return max(0, 1 - sum)
        case .euclidean where count >= 32:
            return VectorMath.exactSquaredDistance(a, b, count: count).squareRoot()
        case .euclidean:
            var sum = 0.0
            for index in 0..<count {
                let difference = Double(a[index]) - Double(b[index])
                sum += difference * difference
            }
            return sum.squareRoot()
        }
    }
}
