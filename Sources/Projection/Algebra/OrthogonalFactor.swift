/// The orthogonal matrix nearest to a square one: `U Vᵀ` of its singular value decomposition `U S Vᵀ`.
struct OrthogonalFactor {
    /// `n × n`, row-major.
    let orthogonal: [Double]
    /// The sum of the singular values.
    let trace: Double

    /// - Parameter matrix: `n × n`, finite, row-major.
    init(_ matrix: [Double], size: Int) {
        var gram = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0..<size {
                for k in 0..<size { gram[i * size + j] += matrix[k * size + i] * matrix[k * size + j] }
            }
        }
        // Row i of `right` is column i of V; row i of `left` becomes column i of U.
        let right = SymmetricEigen(gram, size: size)
        var left = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for row in 0..<size {
                for k in 0..<size { left[i * size + row] += matrix[row * size + k] * right.vectors[i * size + k] }
            }
        }
        var trace = 0.0
        let lengths = (0..<size).map { i in
            left[i * size..<(i + 1) * size].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        for i in 0..<size {
            let kept = lengths[i] > (lengths.max() ?? 0) * 1e-12
            if kept { trace += lengths[i] }
            for row in 0..<size { left[i * size + row] = kept ? left[i * size + row] / lengths[i] : 0 }
        }
        Orthonormal.complete(&left, count: size, size: size)
        var product = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for row in 0..<size {
                for column in 0..<size {
                    product[row * size + column] += left[i * size + row] * right.vectors[i * size + column]
                }
            }
        }
        orthogonal = product
        self.trace = trace
    }
}
