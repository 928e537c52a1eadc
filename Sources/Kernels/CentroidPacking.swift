/// How centroids are laid out for a matrix product with queries.
enum CentroidPacking {
    /// The mean of all rows, or nothing where there are none.
    static func mean(_ matrix: Matrix) -> [Float] {
        var mean = [Float](repeating: 0, count: matrix.columns)
        matrix.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<matrix.rows {
                VectorMath.add(base + row * matrix.columns, times: 1, to: &mean, count: matrix.columns)
            }
            VectorMath.scale(&mean, by: 1 / Float(matrix.rows), count: matrix.columns)
        }
        return mean
    }

    /// The columns of a product with `rows` centroids: padded, so that a growing set compiles few products.
    static func outputs(_ rows: Int) -> Int {
        let step = rows > 256 ? 64 : 16
        return (rows + step - 1) / step * step
    }

    /// Packs the rows moved by `-shift`, with -‖c‖²/2 as the bias under the Euclidean metric.
    static func pack(_ centroids: Matrix, rows: Range<Int>, shift: [Float], metric: Metric) -> PackedWeights {
        let d = centroids.columns
        let outputs = outputs(rows.count)
        return centroids.storage.withUnsafeBufferPointer { buffer in
            let elements = UnsafeBufferPointer(rebasing: buffer[rows.lowerBound * d..<rows.upperBound * d])
            if outputs == rows.count && metric == .cosine {
                return PackedWeights(inputs: d, outputs: outputs, elements: elements, transposed: true)
            }
            // In a lane's memory: a fresh array of this size would cost more in page faults than the arithmetic.
            return LanePool.withLane { lane in
                let moved = lane.scratch.reserve(outputs * d)
                elements.baseAddress.map { moved.update(from: $0, count: elements.count) }
                (moved + elements.count).update(repeating: 0, count: (outputs - rows.count) * d)
                let all = UnsafeBufferPointer(start: moved, count: outputs * d)
                guard metric == .euclidean else {
                    return PackedWeights(inputs: d, outputs: outputs, elements: all, transposed: true)
                }
                let bias = move(moved, by: shift, rows: rows.count, of: outputs)
                return bias.withUnsafeBufferPointer {
                    PackedWeights(inputs: d, outputs: outputs, elements: all, transposed: true, bias: $0)
                }
            }
        }
    }

    /// `rows` queries less `shift`, in `moved`; the queries themselves where nothing is shifted.
    static func moved(
        _ queries: UnsafePointer<Float>,
        rows: Int,
        by shift: [Float],
        to moved: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        guard !shift.isEmpty else { return queries }
        moved.update(from: queries, count: rows * shift.count)
        shift.withUnsafeBufferPointer { shift in
            guard let base = shift.baseAddress else { return }
            for row in 0..<rows { VectorMath.add(base, times: -1, to: moved + row * shift.count, count: shift.count) }
        }
        return UnsafePointer(moved)
    }

    /// Subtracts `shift` from the first `rows` rows and returns -‖row‖²/2 of each, nought for those beyond.
    private static func move(
        _ matrix: UnsafeMutablePointer<Float>,
        by shift: [Float],
        rows: Int,
        of outputs: Int
    ) -> [Float] {
        let d = shift.count
        var bias = [Float](repeating: 0, count: outputs)
        for row in 0..<rows {
            VectorMath.add(shift, times: -1, to: matrix + row * d, count: d)
            bias[row] = -0.5 * VectorMath.dot(matrix + row * d, matrix + row * d, count: d)
        }
        return bias
    }
}
