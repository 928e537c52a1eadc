import CKernels
import Foundation
import Kernels
import Testing

/// Rows of bytes of every instruction set against the definitions in double precision, and against the portable set.
@Suite("Kernels around 8-bit products")
struct Int8KernelTests {
    typealias Kernels = InstructionSetTests.Kernels

    static let sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 384, 385]

    /// Rows of a product: some that go through a pass together, and some left.
    static let count = 6

    /// Rows of many sizes of number, drawn from a seed: the first has one value, the second tiny ones, the third huge.
    static func rows(_ n: Int, seed: UInt64) -> [Float] {
        [Float](repeating: -3.5, count: n) + [Float].random(n, seed: seed).map { $0 * 1e-36 }
            + [Float].random(n, seed: seed + 1).map { $0 * 9e37 }
            + [Float].random(n, seed: seed + 2) + [Float].random(n, seed: seed + 3).map { $0 * 1e-3 + 40 }
    }

    static func quantise(_ table: centroidd_kernel_table, _ x: [Float], rows: Int, levels: Int32) -> (
        [UInt8], [centroidd_row_scale]
    ) {
        var q = [UInt8](repeating: 0xAA, count: x.count)
        var scales = [centroidd_row_scale](repeating: centroidd_row_scale(), count: rows)
        table.quantise(&q, &scales, x, Int64(rows), Int64(x.count / rows), levels)
        return (q, scales)
    }

    @Test("quantise to within half a step, and keep the ends", arguments: InstructionSetTests.all, [Int32(255), 127])
    func quantise(kernels: Kernels, levels: Int32) {
        for n in Self.sizes {
            let x = Self.rows(n, seed: UInt64(n))
            let (q, scales) = Self.quantise(kernels.table.pointee, x, rows: 5, levels: levels)
            for (index, value) in x.enumerated() {
                let scale = scales[index / n]
                let back = Double(scale.low) + Double(scale.step) * Double(q[index])
                // The second row lies within what counts as one value.
                let step = max(Double(scale.step), 5e-36)
                #expect(abs(back - Double(value)) <= 0.5001 * step + 1e-6 * abs(Double(value)), "\(n), \(index)")
                #expect(q[index] <= levels && scale.step.isFinite)
            }
            for row in 0..<5 where scales[row].step > 0 {
                #expect(q[row * n..<(row + 1) * n].min() == 0)
                #expect(q[row * n..<(row + 1) * n].max() == UInt8(levels))
            }
        }
    }

    struct Product {
        var sums: [Int32]
        var scales: [centroidd_row_scale]
        var columns: [[Float]]
        /// What the sums stand for.
        var values: [Double]
    }

    /// Sums as they come out of products of 384 bytes, the largest included.
    static func product(rows: Int, n: Int, seed: UInt64) -> Product {
        var generator = SeededGenerator(seed: seed)
        var sums = (0..<rows * n).map { _ in Int32(truncatingIfNeeded: Int(generator.next() % 400_001) - 200_000) }
        sums[0] = 1536 * 255 * 127
        sums[sums.count - 1] = -1536 * 255 * 127
        let noise = [Float].random(2 * rows, seed: seed + 1)
        let scales = (0..<rows).map { centroidd_row_scale(step: abs(noise[2 * $0]) / 100, low: noise[2 * $0 + 1]) }
        let scale = [Float].random(n, seed: seed + 2).map { abs($0) / 500 }
        let columns = [scale, [Float].random(n, seed: seed + 3), [Float].random(n, seed: seed + 4)]
        let values = (0..<rows * n).map { index -> Double in
            let (row, column) = (index / n, index % n)
            let product = Double(scales[row].step) * Double(columns[0][column]) * Double(sums[index])
            return product + Double(scales[row].low) * Double(columns[1][column]) + Double(columns[2][column])
        }
        return Product(sums: sums, scales: scales, columns: columns, values: values)
    }

    static func withColumns<Result>(_ product: Product, _ body: (inout centroidd_columns) -> Result) -> Result {
        product.columns[0].withUnsafeBufferPointer { scale in
            product.columns[1].withUnsafeBufferPointer { offset in
                product.columns[2].withUnsafeBufferPointer { bias in
                    var columns = centroidd_columns(
                        scale: scale.baseAddress,
                        offset: offset.baseAddress,
                        bias: bias.baseAddress
                    )
                    return body(&columns)
                }
            }
        }
    }

    @Test("take sums back to floats", arguments: InstructionSetTests.all)
    func dequantise(kernels: Kernels) {
        for n in Self.sizes {
            let product = Self.product(rows: Self.count, n: n, seed: UInt64(n))
            var x = [Float](repeating: .nan, count: Self.count * n)
            Self.withColumns(product) {
                kernels.table.pointee.dequantise(&x, product.sums, product.scales, &$0, Int64(Self.count), Int64(n))
            }
            for (value, expected) in zip(x, product.values) {
                #expect(abs(Double(value) - expected) < 1e-5 * max(1, abs(expected)))
            }
        }
    }

    @Test("compute GELU to 1.2e-3 and half a step", arguments: InstructionSetTests.all)
    func gelu(kernels: Kernels) {
        for n in Self.sizes {
            let product = Self.product(rows: Self.count, n: n, seed: UInt64(100 + n))
            var q = [UInt8](repeating: 0, count: Self.count * n)
            var scales = [centroidd_row_scale](repeating: centroidd_row_scale(), count: Self.count)
            var row = [Float](repeating: 0, count: 4 * n)
            Self.withColumns(product) {
                kernels.table.pointee.dequantise_gelu(
                    &q,
                    &scales,
                    &row,
                    product.sums,
                    product.scales,
                    &$0,
                    Int64(Self.count),
                    Int64(n),
                    255
                )
            }
            for (index, z) in product.values.enumerated() {
                let scale = scales[index / n]
                let value = Double(scale.low) + Double(scale.step) * Double(q[index])
                let expected = 0.5 * z * (1 + erf(z / 2.0.squareRoot()))
                let budget = 1.2e-3 + 0.5001 * Double(scale.step) + 1e-5 * abs(expected)
                #expect(abs(value - expected) < budget, "\(n), \(index)")
            }
        }
    }

    @Test("add, normalise and quantise in one pass", arguments: InstructionSetTests.all)
    func addNorm(kernels: Kernels) {
        for n in Self.sizes where n > 2 {
            let product = Self.product(rows: Self.count, n: n, seed: UInt64(200 + n))
            let residual = [Float].random(Self.count * n, seed: 1)
            let (gain, bias) = ([Float].random(n, seed: 2), [Float].random(n, seed: 3))
            var x = residual
            var q = [UInt8](repeating: 0, count: Self.count * n)
            var scales = [centroidd_row_scale](repeating: centroidd_row_scale(), count: Self.count)
            gain.withUnsafeBufferPointer { gain in
                bias.withUnsafeBufferPointer { bias in
                    var norm = centroidd_norm(gain: gain.baseAddress, bias: bias.baseAddress, epsilon: 1e-5)
                    Self.withColumns(product) {
                        kernels.table.pointee.dequantise_add_norm(
                            &x,
                            &q,
                            &scales,
                            product.sums,
                            product.scales,
                            &$0,
                            &norm,
                            Int64(Self.count),
                            Int64(n),
                            255
                        )
                    }
                }
            }
            for row in 0..<Self.count {
                let sum = (row * n..<(row + 1) * n).map { product.values[$0] + Double(residual[$0]) }
                let mean = sum.reduce(0, +) / Double(n)
                let variance = sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
                for column in 0..<n {
                    let unit = (sum[column] - mean) / (variance + 1e-5).squareRoot()
                    let expected = unit * Double(gain[column]) + Double(bias[column])
                    #expect(abs(Double(x[row * n + column]) - expected) < 1e-3, "\(n), \(row), \(column)")
                }
            }
            let (again, againScales) = Self.quantise(kernels.table.pointee, x, rows: Self.count, levels: 255)
            #expect(q == again)
            #expect(scales.map(\.step) == againScales.map(\.step) && scales.map(\.low) == againScales.map(\.low))
        }
    }

    @Test("agree with the portable set to one step", arguments: InstructionSetTests.all)
    func portable(kernels: Kernels) throws {
        let portable = try #require(InstructionSetTests.all.first)
        for n in Self.sizes {
            let x = [Float].random(4 * n, seed: UInt64(300 + n))
            let (q, scales) = Self.quantise(kernels.table.pointee, x, rows: 4, levels: 255)
            let (expected, expectedScales) = Self.quantise(portable.table.pointee, x, rows: 4, levels: 255)
            #expect(scales.map(\.low) == expectedScales.map(\.low))
            for (a, b) in zip(q, expected) { #expect(abs(Int(a) - Int(b)) <= 1) }
        }
    }
}
