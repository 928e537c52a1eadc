import CKernels
import COneDNN

/// Linear layers of bytes: the product in whole numbers, and in one pass over its sums all that follows it.
extension QuantisedRows {
    /// The parameters of a layer normalisation over `columns` elements.
    public struct Norm {
        var gain: UnsafePointer<Float>
        var bias: UnsafePointer<Float>
        var epsilon: Float

        /// Memory that must outlive the call that it is given to.
        public init(gain: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float) {
            self.gain = gain
            self.bias = bias
            self.epsilon = epsilon
        }
    }

    /// `x = rows · weights + bias`, `count × outputs`, of the rows from `first` on.
    public func project(
        first: Int,
        count: Int,
        by weights: Int8Weights,
        lane: Int8Lane,
        into x: UnsafeMutablePointer<Float>
    ) {
        let sums = lane.multiply(self, first: first, count: count, by: weights)
        weights.withColumns { columns in
            VectorMath.kernels.pointee.dequantise(
                x,
                sums,
                scale(first),
                columns,
                Int64(count),
                Int64(weights.outputs)
            )
        }
    }

    /// The same, rounded to bfloat16 (the upper halves of floats).
    public func project(
        first: Int,
        count: Int,
        by weights: Int8Weights,
        lane: Int8Lane,
        intoBFloat16 x: UnsafeMutablePointer<UInt16>
    ) {
        let sums = lane.multiply(self, first: first, count: count, by: weights)
        weights.withColumns { columns in
            VectorMath.kernels.pointee.dequantise_bfloat16(
                x,
                sums,
                scale(first),
                columns,
                Int64(count),
                Int64(weights.outputs)
            )
        }
    }

    /// `target = GELU(rows · weights + bias)` for the rows from `first` on; they become the rows of `target` from its
    /// first on. GELU is off by less than 1.2 · 10⁻³ before it is quantised.
    public func projectGELU(
        first: Int,
        count: Int,
        by weights: Int8Weights,
        lane: Int8Lane,
        into target: QuantisedRows
    ) {
        precondition(target.columns == weights.outputs, "the target's rows are of another length")
        let sums = lane.multiply(self, first: first, count: count, by: weights)
        weights.withColumns { columns in
            VectorMath.kernels.pointee.dequantise_gelu(
                target.row(0),
                target.scale(0),
                lane.rows.reserve(4 * weights.outputs),
                sums,
                scale(first),
                columns,
                Int64(count),
                Int64(weights.outputs),
                Self.levels
            )
        }
    }

    /// `x = LayerNorm(x + rows · weights + bias)` of the rows from `first` on, `count × outputs`, and the same
    /// quantised into the rows of `target` from `targetFirst` on.
    public func projectAddNorm(
        first: Int,
        count: Int,
        by weights: Int8Weights,
        norm: Norm,
        lane: Int8Lane,
        x: UnsafeMutablePointer<Float>,
        into target: QuantisedRows,
        targetFirst: Int
    ) {
        precondition(target.columns == weights.outputs, "the target's rows are of another length")
        let sums = lane.multiply(self, first: first, count: count, by: weights)
        var norm = centroidd_norm(gain: norm.gain, bias: norm.bias, epsilon: norm.epsilon)
        weights.withColumns { columns in
            VectorMath.kernels.pointee.dequantise_add_norm(
                x,
                target.row(targetFirst),
                target.scale(targetFirst),
                sums,
                scale(first),
                columns,
                &norm,
                Int64(count),
                Int64(weights.outputs),
                Self.levels
            )
        }
    }
}
