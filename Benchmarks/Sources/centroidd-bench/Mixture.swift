import Foundation
import Kernels

/// Vectors around a few directions, drawn by a seed.
struct Mixture: Sendable {
    let centres: Matrix
    /// The standard deviation of a vector's distance from its centre, whatever the dimension.
    let spread: Float
    /// Whether vectors are brought to unit length.
    let isUnit: Bool

    init(groups: Int, dimension: Int, spread: Float, seed: UInt64, isUnit: Bool = true) {
        centres = Self.normal(rows: groups, columns: dimension, seed: seed, isUnit: isUnit)
        self.spread = spread
        self.isUnit = isUnit
    }

    /// `count` vectors, each around a centre drawn at random.
    func rows(_ count: Int, seed: UInt64) -> Matrix {
        let columns = centres.columns
        var result = Self.normal(rows: count, columns: columns, seed: seed &+ 1, isUnit: false)
        var generator = SeededGenerator(seed: seed)
        let scale = spread / Float(columns).squareRoot()
        for row in 0..<count {
            let centre = Int(generator.next() % UInt64(centres.rows))
            for column in 0..<columns {
                let position = row * columns + column
                result.storage[position] = centres.storage[centre * columns + column] + scale * result.storage[position]
            }
        }
        if isUnit { VectorMath.normaliseRows(&result) }
        return result
    }

    /// Draws from the standard normal distribution (Box and Muller 1958).
    private static func normal(rows: Int, columns: Int, seed: UInt64, isUnit: Bool) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var result = Matrix(rows: rows, columns: columns)
        for index in stride(from: 0, to: result.storage.count, by: 2) {
            let radius = (-2 * log(generator.nextUniform())).squareRoot()
            let angle = 2 * .pi * generator.nextUniform()
            result.storage[index] = Float(radius * cos(angle))
            if index + 1 < result.storage.count { result.storage[index + 1] = Float(radius * sin(angle)) }
        }
        if isUnit { VectorMath.normaliseRows(&result) }
        return result
    }
}
