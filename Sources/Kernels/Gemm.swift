/// Products of whole matrices.
public enum Gemm {
    /// `left · right`: `m × k` times `k × n`.
    public static func multiply(_ left: Matrix, _ right: Matrix) -> Matrix {
        precondition(left.columns == right.rows, "the left matrix needs as many columns as the right has rows")
        return product(left, right, outputs: right.columns, transposed: false)
    }

    /// `left · rightᵀ`: `m × k` times the transpose of `n × k`.
    public static func multiply(_ left: Matrix, transposed right: Matrix) -> Matrix {
        precondition(left.columns == right.columns, "both matrices need the same number of columns")
        return product(left, right, outputs: right.rows, transposed: true)
    }

    /// `left · weights + bias`, with the bias that the weights were packed with. A row's result has the same bits whatever
    /// the other rows are.
    public static func multiply(_ left: Matrix, by weights: PackedWeights) -> Matrix {
        precondition(left.columns == weights.inputs, "the left matrix needs as many columns as the weights have inputs")
        var result = Matrix(rows: left.rows, columns: weights.outputs)
        guard left.rows > 0 else { return result }
        left.storage.withUnsafeBufferPointer { source in
            result.storage.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                LanePool.withLane { $0.multiply(from, rows: left.rows, by: weights, into: to) }
            }
        }
        return result
    }

    private static func product(_ left: Matrix, _ right: Matrix, outputs: Int, transposed: Bool) -> Matrix {
        var result = Matrix(rows: left.rows, columns: outputs)
        guard left.rows > 0, outputs > 0 else { return result }
        let weights = right.storage.withUnsafeBufferPointer {
            PackedWeights(inputs: left.columns, outputs: outputs, elements: $0, transposed: transposed)
        }
        left.storage.withUnsafeBufferPointer { source in
            result.storage.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                LanePool.withLane { $0.multiply(from, rows: left.rows, by: weights, into: to) }
            }
        }
        return result
    }
}
