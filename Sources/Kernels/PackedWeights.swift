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

    /// Packs `outputs × inputs` row-major elements of bfloat16, whose products take half the time; `bias` has `outputs`
    /// elements. Both are copied. Nil where this processor has no instructions for them.
    init?(inputs: Int, outputs: Int, narrow elements: UnsafePointer<UInt16>, bias: UnsafePointer<Float>) {
        let made = centroidd_weights_create_bfloat16(elements, Int64(inputs), Int64(outputs), true, bias)
        guard let made else { return nil }
        pointer = made
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Whether this processor multiplies bfloat16 faster than floats.
    static let multipliesNarrow: Bool = {
        let nought = [UInt16](repeating: 0, count: 64 * 16)
        return PackedWeights(inputs: 64, outputs: 16, narrow: nought, bias: [Float](repeating: 0, count: 16)) != nil
    }()

    deinit { centroidd_weights_destroy(pointer) }
}
