import Kernels
import Testing

@Suite("Matrix products")
struct GemmTests {
    struct Shape: CustomStringConvertible {
        var m: Int
        var k: Int
        var n: Int
        var description: String { "\(m) × \(k) · \(k) × \(n)" }
    }

    static let shapes = [
        Shape(m: 1, k: 1, n: 1), Shape(m: 3, k: 2, n: 5), Shape(m: 17, k: 31, n: 7), Shape(m: 33, k: 384, n: 48),
        Shape(m: 300, k: 64, n: 130),
    ]

    @Test("equal the sum of products in double precision", arguments: shapes)
    func equalsDefinition(shape: Shape) {
        let a = Matrix.random(rows: shape.m, columns: shape.k, seed: 1)
        let b = Matrix.random(rows: shape.k, columns: shape.n, seed: 2)
        var transposed = Matrix(rows: shape.n, columns: shape.k)
        var expected = Matrix(rows: shape.m, columns: shape.n)
        for j in 0..<shape.n {
            for l in 0..<shape.k { transposed.storage[j * shape.k + l] = b.storage[l * shape.n + j] }
            for i in 0..<shape.m {
                let terms = (0..<shape.k).map {
                    Double(a.storage[i * shape.k + $0]) * Double(b.storage[$0 * shape.n + j])
                }
                expected.storage[i * shape.n + j] = Float(terms.reduce(0, +))
            }
        }
        #expect(largestDifference(Gemm.multiply(a, b).storage, expected.storage) < 5e-5)
        #expect(largestDifference(Gemm.multiply(a, transposed: transposed).storage, expected.storage) < 5e-5)
    }

    @Test("give a row the same bits in every batch", arguments: [(384, 1152), (1536, 384), (100, 37), (384, 5)])
    func rowIndependentOfBatch(k: Int, n: Int) {
        let a = Matrix.random(rows: 300, columns: k, seed: 3)
        let b = Matrix.random(rows: n, columns: k, seed: 4)
        let whole = Gemm.multiply(a, transposed: b)
        for (start, count) in [(0, 1), (5, 1), (7, 15), (16, 16), (1, 100), (40, 257), (299, 1)] {
            let part = Matrix(columns: k, storage: Array(a.storage[start * k..<(start + count) * k]))
            let product = Gemm.multiply(part, transposed: b)
            // A plain truth value: a failure would print all the elements.
            let same = product.storage == Array(whole.storage[start * n..<(start + count) * n])
            #expect(same, "rows \(start) + \(count)")
        }
    }

    @Test("add the bias to every row")
    func addsBias() {
        let a = Matrix.random(rows: 19, columns: 8, seed: 5)
        let b = Matrix.random(rows: 8, columns: 3, seed: 6)
        let bias: [Float] = [1, -2, 3]
        let weights = b.storage.withUnsafeBufferPointer { elements in
            bias.withUnsafeBufferPointer {
                PackedWeights(inputs: 8, outputs: 3, elements: elements, transposed: false, bias: $0)
            }
        }
        var product = Matrix(rows: 19, columns: 3)
        GemmLane().multiply(a.storage, rows: 19, by: weights, into: &product.storage)
        let plain = Gemm.multiply(a, b)
        let expected = plain.storage.indices.map { plain.storage[$0] + bias[$0 % 3] }
        #expect(largestDifference(product.storage, expected) < 1e-6)
    }

    @Test("may run in many lanes over the same weights at once")
    func concurrentLanes() async {
        let a = Matrix.random(rows: 130, columns: 96, seed: 7)
        let b = Matrix.random(rows: 70, columns: 96, seed: 8)
        let expected = Gemm.multiply(a, transposed: b)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<20).allSatisfy { _ in Gemm.multiply(a, transposed: b) == expected } }
            }
            for await same in group { #expect(same) }
        }
    }
}
