import COneDNN

/// What one thread at a time needs for products of bytes: compiled products by shape, and scratch memory.
public final class Int8Lane {
    private let pointer: OpaquePointer
    private let sums = ScratchBuffer<Int32>()
    /// Rows of floats in the making, four at a time.
    let rows = FloatBuffer()

    /// A lane with nothing compiled yet.
    public init() {
        guard let made = centroidd_lane_create() else { preconditionFailure("oneDNN has no engine for this processor") }
        pointer = made
    }

    deinit { centroidd_lane_destroy(pointer) }

    /// The `count × outputs` sums of the rows from `first` on; valid until the next product.
    ///
    /// Exact, so a row's result has the same bits whatever the other rows are.
    func multiply(_ left: QuantisedRows, first: Int, count: Int, by weights: Int8Weights) -> UnsafePointer<Int32> {
        precondition(left.columns == weights.inputs, "the rows are not as long as the weights' inputs")
        // A few rows more than asked for cost less than a padded copy; what they hold is not read.
        let step = CENTROIDD_INT8_STEP
        let rows = (count + step - 1) / step * step
        let result = sums.reserve(rows * weights.outputs)
        let status = centroidd_multiply_int8(pointer, weights.pointer, left.row(first), Int64(rows), result)
        precondition(status == 0, "oneDNN failed with status \(status) on \(count) rows: out of memory?")
        return UnsafePointer(result)
    }
}
