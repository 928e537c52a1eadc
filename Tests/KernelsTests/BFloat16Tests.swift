import CKernels
import Foundation
import Kernels
import Testing

/// Rows of bfloat16, the upper halves of floats, against the definitions in double precision.
@Suite("Kernels of bfloat16")
struct BFloat16Tests {
    typealias Kernels = InstructionSetTests.Kernels

    /// Sizes around the widths of vectors and tiles, and those of real models.
    static let shapes = [
        (1, 1, 4), (2, 3, 1), (3, 2, 5), (4, 1, 2), (7, 2, 3), (8, 1, 16), (9, 2, 17), (12, 1, 32), (13, 1, 31),
        (16, 2, 32), (17, 1, 64), (20, 12, 32), (31, 3, 40), (32, 1, 32), (33, 2, 64), (48, 2, 48), (49, 1, 7),
        (64, 1, 80), (70, 1, 33), (100, 3, 96), (257, 1, 32),
    ]

    /// Upper halves, and the floats that they stand for.
    static func halves(_ x: [Float]) -> (bits: [UInt16], values: [Float]) {
        let bits = x.map { UInt16($0.bitPattern >> 16) }
        return (bits, bits.map { Float(bitPattern: UInt32($0) << 16) })
    }

    static func attend(
        _ table: centroidd_kernel_table,
        _ qkv: [UInt16],
        tokens: Int,
        heads: Int,
        size: Int,
        scale: Float
    ) -> [Float] {
        let buffer = FloatBuffer()
        let floats = Int(centroidd_attention_scratch(Int64(tokens), Int64(size)))
        let scratch = buffer.reserve(floats)
        // What others left there is no number.
        scratch.update(repeating: .nan, count: floats)
        defer { withExtendedLifetime(buffer) {} }
        var output = [Float](repeating: .nan, count: tokens * heads * size)
        qkv.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var work = centroidd_bfloat16_attention(
                    qkv: source.baseAddress,
                    tokens: Int64(tokens),
                    heads: Int64(heads),
                    head_size: Int64(size),
                    scale: scale,
                    output: target.baseAddress,
                    scratch: scratch
                )
                table.attend_bfloat16(&work)
            }
        }
        return output
    }

    @Test("attend as the definition says, to 0.7 % of the largest value", arguments: InstructionSetTests.all)
    func attention(kernels: Kernels) {
        for (tokens, heads, size) in Self.shapes {
            let (bits, values) = Self.halves([Float].random(tokens * 3 * heads * size, seed: UInt64(tokens)))
            let output = Self.attend(
                kernels.table.pointee,
                bits,
                tokens: tokens,
                heads: heads,
                size: size,
                scale: 0.7
            )
            let expected = InstructionSetTests.attention(values, tokens: tokens, heads: heads, size: size, scale: 0.7)
            // Weights off by up to 0.7 % against their rounded sum, on values below one.
            let difference = largestDifference(output, expected)
            #expect(difference < 0.007, "\(tokens) tokens, \(heads) heads of \(size)")
            let squares = zip(output, expected).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect((squares / Float(output.count)).squareRoot() < 0.0015)
        }
    }

    @Test("let the strongest key win, however large the scores are", arguments: InstructionSetTests.all)
    func extremes(kernels: Kernels) {
        for tokens in [1, 2, 15, 16, 17, 40, 64] {
            let size = 32
            // Each token's query meets its own key with thousands, the others with nothing or with minus thousands.
            var qkv = [Float](repeating: 0, count: tokens * 3 * size)
            for token in 0..<tokens {
                let row = token * 3 * size
                qkv[row + token % size] = 100
                qkv[row + size + token % size] = token < size ? 64 : -64
                for d in 0..<size { qkv[row + 2 * size + d] = Float(token + 1) }
            }
            let (bits, values) = Self.halves(qkv)
            let output = Self.attend(kernels.table.pointee, bits, tokens: tokens, heads: 1, size: size, scale: 1)
            for token in 0..<min(tokens, size) {
                for d in 0..<size { #expect(output[token * size + d] == values[token * 3 * size + 2 * size + d]) }
            }
            #expect(output.allSatisfy { $0.isFinite })
        }
    }

    @Test("give equal keys equal weights that add up to one", arguments: InstructionSetTests.all)
    func equal(kernels: Kernels) {
        for tokens in [1, 3, 16, 31, 32, 47, 200] {
            let size = 8
            var qkv = [Float](repeating: 0.5, count: tokens * 3 * size)
            for token in 0..<tokens { for d in 0..<size { qkv[(token * 3 + 2) * size + d] = 1.25 } }
            let (bits, _) = Self.halves(qkv)
            let output = Self.attend(kernels.table.pointee, bits, tokens: tokens, heads: 1, size: size, scale: 0.3)
            #expect(output.allSatisfy { abs($0 - 1.25) < 1e-5 })
        }
    }

    @Test(
        "attend to a token the same way whatever the others of its tile are asked",
        arguments: InstructionSetTests.all
    )
    func places(kernels: Kernels) {
        // The same record with its queries in another order: every output moves with its query, bit for bit.
        for tokens in [5, 8, 11, 13, 30] {
            let (heads, size) = (2, 32)
            let width = heads * size
            let (bits, _) = Self.halves([Float].random(tokens * 3 * width, seed: 21))
            var turned = bits
            for token in 0..<tokens {
                let from = (tokens - 1 - token) * 3 * width
                turned.replaceSubrange(token * 3 * width..<token * 3 * width + width, with: bits[from..<from + width])
            }
            let table = kernels.table.pointee
            let straight = Self.attend(table, bits, tokens: tokens, heads: heads, size: size, scale: 0.2)
            let backwards = Self.attend(table, turned, tokens: tokens, heads: heads, size: size, scale: 0.2)
            for token in 0..<tokens {
                let there = (tokens - 1 - token) * width
                let same = straight[token * width..<(token + 1) * width] == backwards[there..<there + width]
                #expect(same, "token \(token) of \(tokens)")
            }
        }
    }

    @Test("round sums to the nearest bfloat16", arguments: InstructionSetTests.all)
    func dequantise(kernels: Kernels) {
        for n in Int8KernelTests.sizes {
            let product = Int8KernelTests.product(rows: 6, n: n, seed: UInt64(n))
            var exact = [Float](repeating: .nan, count: 6 * n)
            var rounded = [UInt16](repeating: 0xFFFF, count: 6 * n)
            Int8KernelTests.withColumns(product) {
                kernels.table.pointee.dequantise(&exact, product.sums, product.scales, &$0, 6, Int64(n))
                kernels.table.pointee.dequantise_bfloat16(&rounded, product.sums, product.scales, &$0, 6, Int64(n))
            }
            for (bits, value) in zip(rounded, exact) {
                #expect(bits == Self.nearest(value))
            }
        }
    }

    /// The definition: of both neighbours the nearer, and of two equally near the even one.
    static func nearest(_ value: Float) -> UInt16 {
        let below = UInt16(value.bitPattern >> 16)
        let (low, high) = (Float(bitPattern: UInt32(below) << 16), Float(bitPattern: UInt32(below &+ 1) << 16))
        let (toLow, toHigh) = (abs(Double(value) - Double(low)), abs(Double(high) - Double(value)))
        if toLow == toHigh { return below % 2 == 0 ? below : below + 1 }
        return toLow < toHigh ? below : below + 1
    }
}
