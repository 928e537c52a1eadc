import Kernels

/// The two ways to the directions. Both return the `e × d` directions (zero where nothing varies) and the squared
/// singular values of the centred vectors.
extension PrincipalComponents {
    typealias Decomposition = (directions: [Double], squares: [Double])

    static func exact(_ centred: Matrix, count: Int, lanes: Lanes) -> Decomposition {
        let size = centred.columns
        let eigen = SymmetricEigen(scatter(of: centred, lanes: lanes), size: size)
        return (Array(eigen.vectors[..<(count * size)]), Array(eigen.values[..<count]))
    }

    /// `XᵀX` with sums of many rows in double precision.
    private static func scatter(of centred: Matrix, lanes: Lanes) -> [Double] {
        let (rows, columns, block) = (centred.rows, centred.columns, 512)
        let parts = max(1, min(16, (rows + block - 1) / block))
        let share = (rows + parts - 1) / parts
        var sums = [Double](repeating: 0, count: parts * columns * columns)
        sums.withShared { sums in
            lanes.run(parts) { part in
                var start = part * share
                let end = min(rows, start + share)
                while start < end {
                    let stop = min(end, start + block)
                    let piece = Matrix(
                        columns: columns,
                        storage: Array(centred.storage[start * columns..<stop * columns])
                    )
                    let turned = Orthonormal.transposed(piece)
                    let product = Gemm.multiply(turned, transposed: turned)
                    for index in product.storage.indices {
                        sums[part * columns * columns + index] += Double(product.storage[index])
                    }
                    start = stop
                }
            }
        }
        return (0..<columns * columns).map { index in
            (0..<parts).reduce(0) { $0 + sums[$1 * columns * columns + index] }
        }
    }

    /// How many more directions than asked for are followed, and how often the product with the covariance is taken.
    private static let oversampling = 10
    private static let powerIterations = 7

    static func randomised(_ centred: Matrix, count: Int, seed: UInt64) -> Decomposition {
        let size = centred.columns
        let width = min(count + oversampling, centred.rows, size)
        let turned = Orthonormal.transposed(centred)
        var generator = SeededGenerator(seed: seed)
        var probe = Matrix(rows: size, columns: width)
        for index in probe.storage.indices { probe.storage[index] = Float(generator.nextNormal()) }
        var range = Orthonormal.columns(Gemm.multiply(centred, probe))
        for _ in 0..<powerIterations {
            probe = Orthonormal.columns(Gemm.multiply(turned, range))
            range = Orthonormal.columns(Gemm.multiply(centred, probe))
        }
        // The rows of Xᵀ Q are the columns of B = Qᵀ X: the left singular vectors of B are eigenvectors of B Bᵀ.
        let small = Gemm.multiply(turned, range).storage.map(Double.init)
        var gram = [Double](repeating: 0, count: width * width)
        for row in 0..<size {
            for i in 0..<width {
                for j in 0..<width { gram[i * width + j] += small[row * width + i] * small[row * width + j] }
            }
        }
        let eigen = SymmetricEigen(gram, size: width)
        var directions = [Double](repeating: 0, count: count * size)
        let floor = (eigen.values.first ?? 0) * 1e-12
        for i in 0..<count where eigen.values[i] > floor {
            let factor = 1 / eigen.values[i].squareRoot()
            let left = Array(eigen[vector: i])
            for row in 0..<size {
                var sum = 0.0
                for j in 0..<width { sum += left[j] * small[row * width + j] }
                directions[i * size + row] = sum * factor
            }
        }
        return (directions, Array(eigen.values[..<count]))
    }
}
