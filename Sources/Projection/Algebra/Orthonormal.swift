import Kernels

/// Bases of unit vectors at right angles.
enum Orthonormal {
    /// The Q of a QR factorisation of `matrix` (`n × l`): Gram-Schmidt, each column twice ("twice is enough", Giraud et
    /// al. 2005), sums in double precision. A column that depends on those before it becomes zero.
    static func columns(_ matrix: Matrix) -> Matrix {
        let (rows, columns) = (matrix.rows, matrix.columns)
        var basis = transposed(matrix).storage.map(Double.init)
        basis.withUnsafeMutableBufferPointer { basis in
            for column in 0..<columns {
                orthogonalise(basis, column, rows)
            }
        }
        var result = Matrix(rows: rows, columns: columns)
        for column in 0..<columns {
            for row in 0..<rows { result.storage[row * columns + column] = Float(basis[column * rows + row]) }
        }
        return result
    }

    /// Makes vector `index` of `vectors` (each of `size` elements) a unit vector at right angles to those before it, or
    /// zero where it depends on them.
    static func orthogonalise(_ vectors: UnsafeMutableBufferPointer<Double>, _ index: Int, _ size: Int) {
        let own = index * size
        func dot(_ other: Int) -> Double {
            var sum = 0.0
            for i in 0..<size { sum += vectors[own + i] * vectors[other * size + i] }
            return sum
        }
        let before = dot(index).squareRoot()
        for _ in 0..<2 {
            for other in 0..<index {
                let share = dot(other)
                for i in 0..<size { vectors[own + i] -= share * vectors[other * size + i] }
            }
        }
        let after = dot(index).squareRoot()
        let factor = after > before * 1e-7 ? 1 / after : 0
        for i in 0..<size { vectors[own + i] *= factor }
    }

    /// Replaces zero rows of `basis` (`e × d`, `e <= d`) by unit vectors at right angles to all others.
    static func complete(_ basis: inout [Double], count: Int, size: Int) {
        for row in 0..<count where basis[row * size..<(row + 1) * size].allSatisfy({ $0 == 0 }) {
            for axis in 0..<size {
                var others = (0..<count).filter { $0 != row }.flatMap { basis[$0 * size..<($0 + 1) * size] }
                others += (0..<size).map { $0 == axis ? 1 : 0 }
                others.withUnsafeMutableBufferPointer { orthogonalise($0, count - 1, size) }
                let made = others[(count - 1) * size..<count * size]
                // An axis nearly inside the span leaves rounding error alone.
                guard made.contains(where: { $0 != 0 }) else { continue }
                basis.replaceSubrange(row * size..<(row + 1) * size, with: made)
                break
            }
        }
    }

    /// `n × d` turned into `d × n`.
    static func transposed(_ matrix: Matrix) -> Matrix {
        let (rows, columns) = (matrix.rows, matrix.columns)
        var result = Matrix(rows: columns, columns: max(1, rows))
        let tile = 32
        matrix.storage.withUnsafeBufferPointer { source in
            result.storage.withUnsafeMutableBufferPointer { target in
                for top in stride(from: 0, to: rows, by: tile) {
                    for left in stride(from: 0, to: columns, by: tile) {
                        for row in top..<min(rows, top + tile) {
                            for column in left..<min(columns, left + tile) {
                                target[column * rows + row] = source[row * columns + column]
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
