import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("A map between two spaces")
struct SpaceMapTests {
    /// Rows of `d` elements and what a fixed linear map with an intercept makes of them, with noise.
    static func pairs(_ count: Int, noise: Float, seed: UInt64) -> (source: Matrix, target: Matrix) {
        var stream = SyntheticStream(clusters: 5, dimension: 6, spread: 2, seed: seed)
        let source = stream.records(count).vectors
        var fixed = SyntheticStream(clusters: 1, dimension: 6, spread: 1, seed: 99)
        let weights = fixed.noise(4, width: 2)
        var target = Gemm.multiply(source, transposed: weights)
        for index in target.storage.indices { target.storage[index] += 3 + noise * stream.normal() }
        return (source, target)
    }

    @Test("finds a linear map, and says how much it leaves unexplained by rows it did not see")
    func exact() throws {
        let (source, target) = Self.pairs(600, noise: 0, seed: 1)
        let map = SpaceMap.fit(from: source, to: target, heldOut: Array(500..<600))
        #expect(map.inputs == 6 && map.outputs == 4)
        // What is left is the ridge's doing.
        #expect(try #require(map.residual) < 0.05)
        let noisy = Self.pairs(600, noise: 4, seed: 1)
        let rough = SpaceMap.fit(from: noisy.source, to: noisy.target, heldOut: Array(500..<600))
        let judged = noisy.target.slice(500..<600)
        var variance = 0.0
        for column in 0..<4 {
            let values = (0..<100).map { Double(judged.storage[$0 * 4 + column]) }
            let mean = values.reduce(0, +) / 100
            variance += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
        }
        // The noise, of variance 16, is what no map explains.
        #expect(abs(try #require(rough.residual) - 16 / variance) < 0.25 * 16 / variance + 0.05)
        #expect(SpaceMap.fit(from: source, to: target).residual == nil)
    }

    @Test("solves the normal equations of ridge regression")
    func normalEquations() {
        let (source, target) = Self.pairs(200, noise: 1, seed: 2)
        let map = SpaceMap.fit(from: source, to: target)
        func means(_ matrix: Matrix) -> [Double] {
            (0..<matrix.columns).map { column in
                (0..<matrix.rows).reduce(0.0) { $0 + Double(matrix[row: $1][matrix[row: $1].startIndex + column]) }
                    / Double(matrix.rows)
            }
        }
        let middle = means(source)
        let mapped = map.mapped(source)
        var variance = 0.0
        for row in 0..<source.rows {
            for (value, mean) in zip(source[row: row], middle) {
                variance += (Double(value) - mean) * (Double(value) - mean)
            }
        }
        let lambda = 0.1 * variance / 6
        for output in 0..<4 {
            for input in 0..<6 {
                // Xᵀ(Y − XW) = λW.
                var gradient = 0.0
                for row in 0..<source.rows {
                    let x = Double(source.storage[row * 6 + input]) - middle[input]
                    gradient += x * Double(target.storage[row * 4 + output] - mapped.storage[row * 4 + output])
                }
                let weight = Double(map.coefficients.storage[output * 6 + input])
                #expect(abs(gradient - lambda * weight) < 1e-3 * variance)
            }
        }
    }

    @Test("does not look at what is held out")
    func heldOut() {
        let (source, target) = Self.pairs(300, noise: 1, seed: 3)
        var changed = target
        for index in 250 * 4..<300 * 4 { changed.storage[index] += 1000 }
        let rows = Array(250..<300)
        let (a, b) = (
            SpaceMap.fit(from: source, to: target, heldOut: rows),
            SpaceMap.fit(from: source, to: changed, heldOut: rows)
        )
        #expect(a.coefficients == b.coefficients && a.constants == b.constants)
        #expect((a.residual ?? 1) < (b.residual ?? 0))
    }

    @Test("is the mean where nothing can be told apart, and gives a row the same bits alone")
    func degenerate() {
        let source = Matrix(rows: 8, columns: 3, repeating: 2)
        let target = Matrix(columns: 1, storage: (0..<8).map(Float.init))
        let map = SpaceMap.fit(from: source, to: target, heldOut: [0])
        #expect(map.mapped(source).storage.allSatisfy { $0 == 4 })
        #expect(
            SpaceMap.fit(from: source, to: target, heldOut: Array(0..<8)).mapped(source).storage.allSatisfy { $0 == 0 }
        )
        let (rows, values) = Self.pairs(100, noise: 1, seed: 4)
        let fitted = SpaceMap.fit(from: rows, to: values)
        let alone = fitted.mapped(rows.slice(17..<18)).storage
        #expect(alone == Array(fitted.mapped(rows)[row: 17]))
    }
}
