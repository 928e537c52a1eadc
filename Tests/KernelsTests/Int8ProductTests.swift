import Kernels
import Testing

@Suite("Linear layers of bytes")
struct Int8ProductTests {
    static func weights(_ inputs: Int, _ outputs: Int, seed: UInt64) -> ([Float], [Float]) {
        ([Float].random(inputs * outputs, seed: seed), [Float].random(outputs, seed: seed + 1))
    }

    @Test(
        "stay near the product in floats",
        arguments: [(1, 1), (3, 5), (8, 24), (64, 64), (100, 33), (384, 1152), (1536, 384)]
    )
    func products(inputs: Int, outputs: Int) throws {
        let (elements, bias) = Self.weights(inputs, outputs, seed: 5)
        // Nil is the answer of a processor without fast products of bytes.
        guard let weights = Int8Weights(inputs: inputs, outputs: outputs, elements: elements, bias: bias) else {
            return
        }
        let rows = 37
        let x = [Float].random(rows * inputs, seed: 7)
        let expected = Gemm.multiply(
            Matrix(columns: inputs, storage: x),
            transposed: Matrix(columns: inputs, storage: elements)
        )
        let quantised = QuantisedRows(columns: inputs)
        quantised.reserve(rows: rows)
        quantised.quantise(x, first: 0, count: rows)
        var product = [Float](repeating: .nan, count: rows * outputs)
        let lane = Int8Lane()
        quantised.project(first: 0, count: rows, by: weights, lane: lane, into: &product)
        // Rounding errors of up to half a step in either factor, which add up like a random walk.
        let step = 2 / Float(255) + 1 / Float(Int8Weights.limit)
        let budget = 2 * step * Float(inputs).squareRoot()
        for index in product.indices {
            #expect(abs(product[index] - expected.storage[index] - bias[index % outputs]) < budget)
        }
    }

    @Test("give a row the same bits wherever it stands")
    func places() throws {
        let (inputs, outputs, rows) = (96, 40, 150)
        let (elements, bias) = Self.weights(inputs, outputs, seed: 9)
        guard let weights = Int8Weights(inputs: inputs, outputs: outputs, elements: elements, bias: bias) else {
            return
        }
        let x = [Float].random(rows * inputs, seed: 10)
        let lane = Int8Lane()
        func product(_ rows: Range<Int>) -> [Float] {
            let quantised = QuantisedRows(columns: inputs)
            quantised.reserve(rows: rows.count)
            quantised.quantise(
                Array(x[rows.lowerBound * inputs..<rows.upperBound * inputs]),
                first: 0,
                count: rows.count
            )
            var result = [Float](repeating: .nan, count: rows.count * outputs)
            quantised.project(first: 0, count: rows.count, by: weights, lane: lane, into: &result)
            return result
        }
        let whole = product(0..<rows)
        for row in [0, 1, 17, 63, 64, 128, 149] {
            let same = product(row..<row + 1) == Array(whole[row * outputs..<(row + 1) * outputs])
            #expect(same, "row \(row)")
        }
        let same = product(40..<137) == Array(whole[40 * outputs..<137 * outputs])
        #expect(same)
    }

    @Test("are exact for the largest bytes")
    func extremes() throws {
        // Every weight and every activation at an end of its range: the sums would saturate in 16 bits.
        let (inputs, outputs) = (1536, 16)
        let elements = (0..<inputs * outputs).map { $0 % 2 == 0 || $0 / inputs % 2 == 0 ? Float(1) : -1 }
        let bias = [Float](repeating: 0, count: outputs)
        guard let weights = Int8Weights(inputs: inputs, outputs: outputs, elements: elements, bias: bias) else {
            return
        }
        let quantised = QuantisedRows(columns: inputs)
        quantised.reserve(rows: 1)
        let x = (0..<inputs).map { $0 == 0 ? Float(0) : 1 }
        quantised.quantise(x, first: 0, count: 1)
        var product = [Float](repeating: .nan, count: outputs)
        quantised.project(first: 0, count: 1, by: weights, lane: Int8Lane(), into: &product)
        for output in 0..<outputs {
            let expected = (1..<inputs).reduce(Float(0)) { $0 + elements[output * inputs + $1] }
            #expect(abs(product[output] - expected) < 1e-2)
        }
    }

    @Test("take weights of nothing and what is no number")
    func degenerate() throws {
        let elements: [Float] = [0, 0, .nan, 1, .infinity, 1]
        guard let weights = Int8Weights(inputs: 2, outputs: 3, elements: elements, bias: [1, 2, 3]) else { return }
        let quantised = QuantisedRows(columns: 2)
        quantised.reserve(rows: 1)
        quantised.quantise([5, 7], first: 0, count: 1)
        var product = [Float](repeating: .nan, count: 3)
        quantised.project(first: 0, count: 1, by: weights, lane: Int8Lane(), into: &product)
        #expect(product[0] == 1)
    }
}
