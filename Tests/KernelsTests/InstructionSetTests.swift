import CKernels
import Foundation
import Kernels
import Testing

/// The same source is compiled for several instruction sets: each must agree with the definition in double precision.
@Suite("Kernels of every instruction set of this machine")
struct InstructionSetTests {
    struct Kernels: @unchecked Sendable, CustomStringConvertible {
        // Unchecked is sound: the table is constant data of the program.
        let table: UnsafePointer<centroidd_kernel_table>
        var description: String { String(cString: table.pointee.name) }
    }

    static let all = [CENTROIDD_BASELINE, CENTROIDD_AVX2, CENTROIDD_AVX512, CENTROIDD_AVX512_BF16].compactMap {
        centroidd_kernels_for($0).map(Kernels.init)
    }
    static let sizes = [1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 100, 384, 385]

    @Test("include the baseline, and the fastest is chosen")
    func choice() {
        #expect(Self.all.first?.description == "baseline")
        #expect(Self.all.last?.description == Peak.instructionSet)
    }

    @Test("add, scale and multiply vectors", arguments: all)
    func vectors(kernels: Kernels) {
        for n in Self.sizes {
            let (a, b) = ([Float].random(n, seed: 1), [Float].random(n, seed: 2))
            let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let squared = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
            #expect(abs(Double(kernels.table.pointee.dot(a, b, Int64(n))) - dot) < 1e-4)
            #expect(abs(Double(kernels.table.pointee.squared_distance(a, b, Int64(n))) - squared) < 1e-4)
            var sum = a
            kernels.table.pointee.add_scaled(&sum, b, 0.5, Int64(n))
            kernels.table.pointee.scale(&sum, 2, Int64(n))
            #expect(largestDifference(sum, zip(a, b).map { 2 * $0 + $1 }) < 1e-6)
        }
    }

    @Test("add vectors to sums in double precision, exactly", arguments: all)
    func widenedSums(kernels: Kernels) {
        for n in Self.sizes {
            let (x, start) = ([Float].random(n, seed: 1), [Float].random(n, seed: 2).map(Double.init))
            var sum = start
            kernels.table.pointee.add_widened(&sum, x, 1, Int64(n))
            #expect(sum == zip(start, x).map { $0 + Double($1) })
            kernels.table.pointee.add_widened(&sum, x, -1, Int64(n))
            #expect(largestDifference(sum.map(Float.init), start.map(Float.init)) < 1e-6)
        }
    }

    @Test("measure exact distances, of pairs and of blocks, the same in each", arguments: all)
    func exactDistances(kernels: Kernels) {
        for n in Self.sizes {
            let (query, points) = ([Float].random(n, seed: 1), Matrix.random(rows: 16, columns: n, seed: 2))
            let expected = (0..<16).map { row in
                zip(query, points[row: row]).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
            }
            // Column by column, as a leaf of a tree lies.
            let block = (0..<n).flatMap { column in (0..<16).map { Double(points.storage[$0 * n + column]) } }
            var distances = [Double](repeating: 0, count: 16)
            kernels.table.pointee.block_distances(&distances, block, query.map(Double.init), Int64(n), 16)
            for row in 0..<16 {
                let pair = kernels.table.pointee.exact_squared_distance(query, Array(points[row: row]), Int64(n))
                #expect(abs(pair - expected[row]) <= 1e-12 * expected[row])
                #expect(abs(distances[row] - expected[row]) <= 1e-12 * expected[row])
                #expect(n >= 32 || pair == distances[row])
            }
            let low = points[row: 0].map { Double($0) - 0.1 }
            let high = low.map { $0 + 0.3 }
            let box = kernels.table.pointee.box_distance(low, high, query.map(Double.init), Int64(n))
            let outside = (0..<n).reduce(0.0) { sum, column in
                sum + pow(max(0, low[column] - Double(query[column]), Double(query[column]) - high[column]), 2)
            }
            #expect(abs(box - outside) < 1e-12 * max(1, outside) && box <= distances[0])
        }
    }

    @Test("select the values that are not below a threshold", arguments: all)
    func selection(kernels: Kernels) {
        for n in Self.sizes {
            let values = [Float].random(n, seed: UInt64(n)).map { ($0 * 4).rounded() }
            for threshold: Float in [-9, 0, 1, 3, 9] {
                var indices = [Int32](repeating: -1, count: n + 1)
                let count = kernels.table.pointee.select_at_least(&indices, values, Int64(n), threshold)
                #expect(indices.prefix(Int(count)).map(Int.init) == values.indices.filter { values[$0] >= threshold })
            }
        }
    }

    @Test("take a step of Prim's algorithm, ties to the first point", arguments: all)
    func primStep(kernels: Kernels) {
        for d in [1, 3, 20] {
            let points = Matrix.random(rows: 24, columns: d, seed: 4).storage.map { Double($0.rounded()) }
            let core = [Float].random(24, seed: 5).map { Double($0 * $0) }
            var reach = (0..<24).map { $0 % 5 == 0 ? Double.infinity : 1.5 }
            let query = (0..<d).map { _ in 0.0 }
            let expected = (0..<24).map { point in
                let square = (0..<d).reduce(0.0) { $0 + pow(points[$1 * 24 + point], 2) }
                return min(reach[point], max(square, core[point], 0.25))
            }
            let nearest = kernels.table.pointee.reach_step(&reach, core, points, query, 0.25, Int64(d), 24)
            #expect(reach == expected)
            #expect(Int(nearest) == expected.firstIndex(of: expected.min() ?? 0))
        }
    }

    @Test("find the two largest values, in pieces too, and pass over NaN", arguments: all)
    func largestTwo(kernels: Kernels) {
        for n in Self.sizes {
            // Few distinct values, so that ties abound.
            var values = [Float].random(n, seed: UInt64(n)).map { ($0 * 4).rounded() }
            if n > 5 { values[n / 2] = .nan }
            let order = values.filter { !$0.isNaN }.sorted(by: >) + [-.infinity]
            var two: (Float, Float) = (-.infinity, -.infinity)
            let cut = n / 3
            withUnsafeMutableBytes(of: &two) { bytes in
                let two = bytes.assumingMemoryBound(to: Float.self).baseAddress
                kernels.table.pointee.largest_two(two, values, Int64(cut))
                kernels.table.pointee.largest_two(two, Array(values[cut...]), Int64(n - cut))
            }
            #expect(two == (order[0], order[1]))
        }
    }

    @Test("round to bfloat16 and measure what that took", arguments: all)
    func narrow(kernels: Kernels) {
        // A quarter and three quarters of the last place, both ties, the largest before infinity, and the smallest numbers.
        let edges: [UInt32] = [
            0x3f80_4000, 0x3f80_c000, 0x3f80_8000, 0x3f81_8000, 0xbf81_8000, 0x7f7f_7fff, 0, 1, 0x0000_8000,
            0x0001_8000,
        ]
        let rounded: [UInt16] = [0x3f80, 0x3f81, 0x3f80, 0x3f82, 0xbf82, 0x7f7f, 0, 0, 0, 2]
        for n in Self.sizes {
            for start in 0..<edges.count {
                let random = [Float].random(n, seed: 5)
                let x = (0..<n).map { $0 % 3 == 0 ? Float(bitPattern: edges[(start + $0) % edges.count]) : random[$0] }
                var narrow = [UInt16](repeating: 0xffff, count: n)
                var lengths = centroidd_narrowing()
                kernels.table.pointee.narrow(&narrow, &lengths, x, Int64(n))
                for place in stride(from: 0, to: n, by: 3) {
                    #expect(narrow[place] == rounded[(start + place) % edges.count])
                }
                let error = zip(x, narrow).map { Double($0) - Double(Float(bitPattern: UInt32($1) << 16)) }
                #expect(zip(x, error).allSatisfy { abs($1) <= abs(Double($0)) * 0x1p-8 + 1e-38 })
                // The largest number's square is beyond all.
                if x.allSatisfy({ abs($0) < 1e18 }) {
                    let (length, lost) = (
                        x.reduce(0) { $0 + Double($1) * Double($1) }, error.reduce(0) { $0 + $1 * $1 }
                    )
                    #expect(abs(Double(lengths.length) - length) <= 1e-5 * length + 1e-37)
                    #expect(abs(Double(lengths.lost) - lost) <= 1e-5 * lost + 1e-37)
                } else {
                    #expect(lengths.length == .infinity)
                }
            }
        }
    }

    @Test("compute GELU to 1e-6", arguments: all)
    func gelu(kernels: Kernels) {
        let bias: [Float] = (0..<41).map { Float($0) * 0.5 - 10 }
        var x = [Float](repeating: 0, count: 82)
        kernels.table.pointee.bias_gelu(&x, bias, 2, 41)
        for (index, value) in x.enumerated() {
            let z = Double(bias[index % 41])
            #expect(abs(Double(value) - 0.5 * z * (1 + erf(z / 2.0.squareRoot()))) < 1e-6)
        }
    }

    @Test("compute GELU by tanh to 1e-6, and what is left of zero as zero", arguments: all)
    func otherActivations(kernels: Kernels) {
        let bias: [Float] = (0..<41).map { Float($0) * 1.5 - 30 }
        var (x, y) = ([Float](repeating: 0, count: 82), [Float](repeating: 0, count: 82))
        kernels.table.pointee.bias_tanh_gelu(&x, bias, 2, 41)
        kernels.table.pointee.bias_relu(&y, bias, 2, 41)
        for index in x.indices {
            let z = Double(bias[index % 41])
            let exact = 0.5 * z * (1 + tanh((2 / Double.pi).squareRoot() * (z + 0.044715 * z * z * z)))
            #expect(abs(Double(x[index]) - exact) < 1e-6 * max(1, abs(z)))
            #expect(Double(y[index]) == max(0, z))
        }
    }

    @Test("normalise layers", arguments: all)
    func layerNorm(kernels: Kernels) {
        for n in Self.sizes where n > 1 {
            let (start, residual) = ([Float].random(3 * n, seed: 3), [Float].random(3 * n, seed: 4))
            let (gain, bias) = ([Float].random(n, seed: 5), [Float].random(n, seed: 6))
            var x = start
            kernels.table.pointee.add_norm(&x, residual, gain, bias, 1e-5, 3, Int64(n))
            var expected: [Float] = []
            for row in 0..<3 {
                let sum = (row * n..<(row + 1) * n).map { Double(start[$0]) + Double(residual[$0]) }
                let mean = sum.reduce(0, +) / Double(n)
                let variance = sum.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
                expected += (0..<n).map {
                    Float((sum[$0] - mean) / (variance + 1e-5).squareRoot() * Double(gain[$0]) + Double(bias[$0]))
                }
            }
            #expect(largestDifference(x, expected) < 2e-5)
        }
    }

    @Test("compute softmax, for large values too", arguments: all)
    func softmax(kernels: Kernels) {
        for n in Self.sizes {
            for factor in [Float(0.2), 1, 300] {
                let start = [Float].random(n, seed: 7)
                var x = start
                kernels.table.pointee.softmax(&x, factor, Int64(n))
                let largest = Double(start.max() ?? 0)
                let powers = start.map { exp((Double($0) - largest) * Double(factor)) }
                let sum = powers.reduce(0, +)
                #expect(largestDifference(x, powers.map { Float($0 / sum) }) < 1e-6)
            }
        }
    }

    @Test("attend as the definition says", arguments: all)
    func attention(kernels: Kernels) {
        for (tokens, heads, size) in [(1, 1, 4), (3, 2, 5), (20, 12, 32), (33, 2, 64), (70, 1, 33)] {
            let width = heads * size
            let qkv = [Float].random(tokens * 3 * width, seed: 8)
            let buffer = FloatBuffer()
            let scratch = buffer.reserve(Int(centroidd_attention_scratch(Int64(tokens), Int64(size))))
            defer { withExtendedLifetime(buffer) {} }
            var output = [Float](repeating: .nan, count: tokens * width)
            qkv.withUnsafeBufferPointer { source in
                output.withUnsafeMutableBufferPointer { target in
                    var work = centroidd_attention(
                        qkv: source.baseAddress,
                        tokens: Int64(tokens),
                        heads: Int64(heads),
                        head_size: Int64(size),
                        scale: 0.7,
                        output: target.baseAddress,
                        scratch: scratch
                    )
                    kernels.table.pointee.attend(&work)
                }
            }
            let expected = Self.attention(qkv, tokens: tokens, heads: heads, size: size, scale: 0.7)
            #expect(largestDifference(output, expected) < 1e-5, "\(tokens) tokens, \(heads) heads of \(size)")
        }
    }

    /// softmax(q kᵀ · scale) v in double precision.
    static func attention(_ qkv: [Float], tokens: Int, heads: Int, size: Int, scale: Double) -> [Float] {
        let width = heads * size
        var output = [Float](repeating: 0, count: tokens * width)
        func element(_ token: Int, _ part: Int, _ column: Int) -> Double {
            Double(qkv[token * 3 * width + part * width + column])
        }
        for head in 0..<heads {
            for i in 0..<tokens {
                let powers = (0..<tokens).map { j in
                    exp(
                        scale
                            * (0..<size).reduce(0) {
                                $0 + element(i, 0, head * size + $1) * element(j, 1, head * size + $1)
                            }
                    )
                }
                let sum = powers.reduce(0, +)
                for d in head * size..<(head + 1) * size {
                    output[i * width + d] = Float((0..<tokens).reduce(0) { $0 + powers[$1] / sum * element($1, 2, d) })
                }
            }
        }
        return output
    }

    @Test("average rows", arguments: all)
    func mean(kernels: Kernels) {
        let x = [Float].random(5 * 37, seed: 9)
        var out = [Float](repeating: .nan, count: 37)
        kernels.table.pointee.mean(&out, x, 5, 37)
        let expected = (0..<37).map { column in (0..<5).reduce(Float(0)) { $0 + x[$1 * 37 + column] } / 5 }
        #expect(largestDifference(out, expected) < 1e-6)
    }
}
