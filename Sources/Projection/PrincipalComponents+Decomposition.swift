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

    /// How many more directions than asked for are followed.
    private static let oversampling = 10
    /// The product with the covariance is taken until the variance found grows by less than this share, or as often as
    /// this.
    private static let settled = 1e-6
    private static let powerIterations = 60

    /// From this many rows to a column on, the covariance is cheaper to multiply with than the vectors.
    private static let tall = 2

    /// Follows a random subspace until it has settled, then takes the best directions in it.
    static func randomised(_ centred: Matrix, count: Int, seed: UInt64, lanes: Lanes) -> Decomposition {
        let size = centred.columns
        let width = min(count + oversampling, centred.rows, size)
        let product = covarianceProduct(centred, lanes: lanes)
        var generator = SeededGenerator(seed: seed)
        var basis = Matrix(rows: size, columns: width)
        for index in basis.storage.indices { basis.storage[index] = Float(generator.nextNormal()) }
        basis = Orthonormal.columns(basis)
        var image = product(basis)
        var captured = 0.0
        for _ in 0..<powerIterations {
            basis = Orthonormal.columns(image)
            image = product(basis)
            let found = zip(basis.storage, image.storage).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            if found - captured <= found * settled { break }
            captured = found
        }
        return ritz(basis, image, count: count)
    }

    /// What multiplies a `d × l` block by `XᵀX`.
    private static func covarianceProduct(_ centred: Matrix, lanes: Lanes) -> (Matrix) -> Matrix {
        if centred.rows >= tall * centred.columns {
            let scatter = Matrix(
                columns: centred.columns,
                storage: scatter(of: centred, lanes: lanes).map { Float($0) }
            )
            return { Gemm.multiply(scatter, $0) }
        }
        let turned = Orthonormal.transposed(centred)
        return { Gemm.multiply(turned, Gemm.multiply(centred, $0)) }
    }

    /// The best directions in the span of `basis` (`d × l`, orthonormal columns or zero ones) by its image (Rayleigh
    /// and Ritz).
    private static func ritz(_ basis: Matrix, _ image: Matrix, count: Int) -> Decomposition {
        let (size, width) = (basis.rows, basis.columns)
        var small = [Double](repeating: 0, count: width * width)
        for row in 0..<size {
            for i in 0..<width {
                let (own, moved) = (Double(basis.storage[row * width + i]), Double(image.storage[row * width + i]))
                for j in 0..<width {
                    small[i * width + j] += own * Double(image.storage[row * width + j]) / 2
                    small[i * width + j] += moved * Double(basis.storage[row * width + j]) / 2
                }
            }
        }
        let eigen = SymmetricEigen(small, size: width)
        var directions = [Double](repeating: 0, count: count * size)
        let floor = (eigen.values.first ?? 0) * 1e-7
        for i in 0..<count where eigen.values[i] > floor {
            let turn = Array(eigen[vector: i])
            for row in 0..<size {
                for j in 0..<width { directions[i * size + row] += turn[j] * Double(basis.storage[row * width + j]) }
            }
        }
        return (directions, Array(eigen.values[..<count]))
    }
}
