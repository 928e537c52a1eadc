import COneDNN

/// The right-hand side of matrix products, packed once into the layout that this machine multiplies fastest.
///
/// Immutable, so any number of lanes may multiply by it at the same time.
public final class PackedWeights: @unchecked Sendable {
    // Unchecked is sound: the packed memory is written in `init` alone, and freed when the last reference goes.
    let pointer: OpaquePointer
    /// The length of the sums, `k`: the number of columns of the left-hand side.
    public let inputs: Int
    /// The number of columns of the product, `n`.
    public let outputs: Int

    /// Packs a matrix B of `inputs × outputs`, or of `outputs × inputs` where `transposed`.
    ///
    /// `elements` holds `inputs * outputs` row-major elements; `bias` has `outputs` elements and is added to every
    /// row of a product. Both are copied.
    public init(
        inputs: Int,
        outputs: Int,
        elements: UnsafeBufferPointer<Float>,
        transposed: Bool,
        bias: UnsafeBufferPointer<Float>? = nil
    ) {
        precondition(inputs > 0 && outputs > 0 && elements.count == inputs * outputs, "elements do not fill the matrix")
        precondition(bias == nil || bias?.count == outputs, "a bias must have one element for each output")
        let made = centroidd_weights_create(
            elements.baseAddress,
            Int64(inputs),
            Int64(outputs),
            transposed,
            bias?.baseAddress
        )
        guard let made else {
            preconditionFailure("oneDNN could not pack a \(inputs) × \(outputs) matrix: out of memory?")
        }
        pointer = made
        self.inputs = inputs
        self.outputs = outputs
    }

    deinit { centroidd_weights_destroy(pointer) }
}

/// What one thread at a time needs to multiply: compiled products by shape and scratch memory that only grows.
public final class GemmLane {
    private let pointer: OpaquePointer
    private var scratch = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    /// A lane with nothing compiled yet.
    public init() {
        guard let made = centroidd_lane_create() else { preconditionFailure("oneDNN has no engine for this processor") }
        pointer = made
    }

    deinit {
        centroidd_lane_destroy(pointer)
        scratch.deallocate()
    }

    /// Lends at least `count` uninitialised floats for the length of `body`; the memory is kept for the next call.
    func withScratch<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        if scratch.count < count {
            scratch.deallocate()
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 4, alignment: 64)
            scratch = bytes.bindMemory(to: Float.self)
        }
        guard let base = scratch.baseAddress else { preconditionFailure("scratch of no elements") }
        return body(base)
    }

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
}
