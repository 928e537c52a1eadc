import COneDNN

/// What one thread at a time needs to multiply: compiled products by shape and scratch memory that only grows.
public final class GemmLane {
    private let pointer: OpaquePointer
    /// Memory for those who use the lane.
    let scratch = FloatBuffer()
    /// The same for elements of bfloat16.
    let narrow = ScratchBuffer<UInt16>()

    /// A lane with nothing compiled yet.
    public init() {
        guard let made = centroidd_lane_create() else { preconditionFailure("oneDNN has no engine for this processor") }
        pointer = made
    }

    deinit { centroidd_lane_destroy(pointer) }

    /// Writes `left · weights + bias` to `product`; `left` is `rows × inputs`, `product` is `rows × outputs`.
    ///
    /// A row's result has the same bits whatever the other rows are and however many there are.
    public func multiply(
        _ left: UnsafePointer<Float>,
        rows: Int,
        by weights: PackedWeights,
        into product: UnsafeMutablePointer<Float>
    ) {
        let status = centroidd_multiply(pointer, weights.pointer, left, Int64(rows), product)
        precondition(status == 0, "oneDNN failed with status \(status) on \(rows) rows: out of memory?")
    }

    /// The same of bfloat16, by weights that were packed of them.
    func multiply(
        narrow left: UnsafePointer<UInt16>,
        rows: Int,
        by weights: PackedWeights,
        into product: UnsafeMutablePointer<Float>
    ) {
        let status = centroidd_multiply_bfloat16(pointer, weights.pointer, left, Int64(rows), product)
        precondition(status == 0, "oneDNN failed with status \(status) on \(rows) rows: out of memory?")
    }
}
