import Foundation
package import Kernels

extension Matrix {
    /// A matrix of rows of equal length.
    package init(_ rows: [[Float]]) {
        self.init(columns: rows.first?.count ?? 1, storage: rows.flatMap { $0 })
    }

    /// Rows `range` of this matrix.
    package func slice(_ range: Range<Int>) -> Matrix {
        Matrix(columns: columns, storage: Array(storage[range.lowerBound * columns..<range.upperBound * columns]))
    }
}

/// Streams made by a seed.
package struct SyntheticStream {
    package var generator: SeededGenerator
    package let centres: [[Float]]
    package let spread: Float

    package init(clusters: Int, dimension: Int, spread: Float, seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        self.spread = spread
        var made: [[Float]] = []
        for index in 0..<clusters {
            // Grid places, so that clusters lie at least 10 apart.
            made.append((0..<dimension).map { Float((index / Self.power(3, $0)) % 3) * 10 })
        }
        centres = made
    }

    /// A draw from the standard normal distribution (Box and Muller 1958).
    package mutating func normal() -> Float {
        let radius = (-2 * Foundation.log(generator.nextUniform())).squareRoot()
        return Float(radius * cos(2 * .pi * generator.nextUniform()))
    }

    /// `count` records around centres drawn from `allowed` (all when nil), and the centre of each.
    package mutating func records(_ count: Int, from allowed: [Int]? = nil) -> (vectors: Matrix, truth: [Int]) {
        let pool = allowed ?? Array(centres.indices)
        var storage: [Float] = []
        var truth: [Int] = []
        for _ in 0..<count {
            let label = pool[Int(generator.next() % UInt64(pool.count))]
            truth.append(label)
            for value in centres[label] { storage.append(value + spread * normal()) }
        }
        return (Matrix(columns: centres[0].count, storage: storage), truth)
    }

    /// Records spread evenly over a wide cube.
    package mutating func noise(_ count: Int, width: Float) -> Matrix {
        let dimension = centres[0].count
        return Matrix(
            columns: dimension,
            storage: (0..<count * dimension).map { _ in Float(generator.nextUniform() - 0.5) * width }
        )
    }

    private static func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }
}
