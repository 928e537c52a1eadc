import Kernels

extension Matrix {
    /// Uniform elements in (-1, 1), the same for the same seed.
    static func random(rows: Int, columns: Int, seed: UInt64, unit: Bool = false) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: rows, columns: columns)
        for index in matrix.storage.indices { matrix.storage[index] = Float(generator.nextUniform() * 2 - 1) }
        if unit { VectorMath.normaliseRows(&matrix) }
        return matrix
    }
}

extension [Float] {
    static func random(_ count: Int, seed: UInt64) -> [Float] {
        Matrix.random(rows: 1, columns: count, seed: seed).storage
    }
}

/// The largest difference between two sequences of the same length.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
