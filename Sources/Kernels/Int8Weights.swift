import CKernels
import COneDNN

/// The right-hand side of products of 8-bit integers: weights quantised symmetrically for each output, packed once
/// into the layout that this machine multiplies fastest.
///
/// Immutable, so any number of lanes may multiply by it at the same time.
public final class Int8Weights: @unchecked Sendable {
    // Unchecked is sound: the packed memory is written in `init` alone, and freed when the last reference goes.
    let pointer: OpaquePointer
    /// The largest magnitude of a quantised weight: less than 127 where this processor's products would saturate.
    public static let limit = Int(centroidd_int8_limit())
    /// The length of the sums, `k`.
    public let inputs: Int
    /// The number of columns of the product, `n`.
    public let outputs: Int
    /// For each output: its step, the sum of its weights, and its bias, `3 n` in all.
    private let columns: [Float]

    /// Quantises linear weights that are stored `outputs × inputs`, row-major; `bias` has `outputs` elements.
    ///
    /// Nil where oneDNN has no fast product of bytes for this processor.
    public init?(inputs: Int, outputs: Int, elements: [Float], bias: [Float]) {
        precondition(inputs > 0 && outputs > 0 && elements.count == inputs * outputs, "elements do not fill the matrix")
        precondition(bias.count == outputs, "a bias must have one element for each output")
        var quantised = [Int8](repeating: 0, count: elements.count)
        var scales: [Float] = []
        var offsets: [Float] = []
        for output in 0..<outputs {
            let range = output * inputs..<(output + 1) * inputs
            let largest = elements[range].reduce(0) { max($0, abs($1)) }
            let step = largest / Float(Self.limit)
            var sum = 0
            if step > 0, step.isNormal {
                for index in range {
                    let whole = (elements[index] / step).rounded()
                    // A weight that is no number counts as nought; the others are within the limit but for rounding.
                    let limit = Float(Self.limit)
                    quantised[index] = Int8(max(-limit, min(limit, whole.isFinite ? whole : 0)))
                    sum += Int(quantised[index])
                }
            }
            scales.append(step)
            offsets.append(step * Float(sum))
        }
        let made = centroidd_weights_create_int8(quantised, Int64(inputs), Int64(outputs), true)
        guard let made else { return nil }
        pointer = made
        columns = scales + offsets + bias
        self.inputs = inputs
        self.outputs = outputs
    }

    deinit { centroidd_weights_destroy(pointer) }

    /// Lends what the product's columns stand for.
    func withColumns<Result>(_ body: (UnsafePointer<centroidd_columns>) -> Result) -> Result {
        columns.withUnsafeBufferPointer { columns in
            guard let base = columns.baseAddress else { preconditionFailure("columns cannot be empty") }
            var columns = centroidd_columns(scale: base, offset: base + outputs, bias: base + 2 * outputs)
            return body(&columns)
        }
    }
}
