/// All eigenvalues and eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan,
/// "Matrix Computations", section 8.5).
struct SymmetricEigen {
    /// The eigenvalues, largest first.
    private(set) var values: [Double]
    /// The eigenvectors of unit length, `n × n`: row i belongs to eigenvalue i.
    private(set) var vectors: [Double]
    private let size: Int

    /// - Parameter matrix: `n × n`, symmetric and finite.
    init(_ matrix: [Double], size: Int) {
        var matrix = matrix
        var basis = [Double](repeating: 0, count: size * size)
        for i in 0..<size { basis[i * size + i] = 1 }
        matrix.withUnsafeMutableBufferPointer { matrix in
            basis.withUnsafeMutableBufferPointer { basis in
                Self.diagonalise(matrix, basis, size)
            }
        }
        let diagonal = (0..<size).map { matrix[$0 * size + $0] }
        let order = (0..<size).sorted { (diagonal[$0], $1) > (diagonal[$1], $0) }
        self.size = size
        values = order.map { diagonal[$0] }
        vectors = order.flatMap { basis[$0 * size..<($0 + 1) * size] }
    }

    /// Eigenvector i.
    subscript(vector i: Int) -> ArraySlice<Double> { vectors[i * size..<(i + 1) * size] }

    private static func diagonalise(
        _ a: UnsafeMutableBufferPointer<Double>,
        _ basis: UnsafeMutableBufferPointer<Double>,
        _ n: Int
    ) {
        let scale = a.reduce(0) { $0 + $1 * $1 }
        guard scale > 0, n > 1 else { return }
        for _ in 0..<60 {
            var outside = 0.0
            for p in 0..<n { for q in 0..<p { outside += 2 * a[p * n + q] * a[p * n + q] } }
            if outside <= scale * 1e-28 { return }
            for p in 0..<n - 1 {
                for q in p + 1..<n where a[p * n + q] * a[p * n + q] > scale * 1e-34 {
                    rotate(a, basis, n, p, q)
                }
            }
        }
    }

    /// Makes element (p, q) zero.
    private static func rotate(
        _ a: UnsafeMutableBufferPointer<Double>,
        _ basis: UnsafeMutableBufferPointer<Double>,
        _ n: Int,
        _ p: Int,
        _ q: Int
    ) {
        let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
        let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        turnRows(a, n, p, q, cosine, sine)
        for k in 0..<n {
            let (x, y) = (a[k * n + p], a[k * n + q])
            a[k * n + p] = cosine * x - sine * y
            a[k * n + q] = sine * x + cosine * y
        }
        turnRows(basis, n, p, q, cosine, sine)
    }

    private static func turnRows(
        _ a: UnsafeMutableBufferPointer<Double>,
        _ n: Int,
        _ p: Int,
        _ q: Int,
        _ cosine: Double,
        _ sine: Double
    ) {
        for k in 0..<n {
            let (x, y) = (a[p * n + k], a[q * n + k])
            a[p * n + k] = cosine * x - sine * y
            a[q * n + k] = sine * x + cosine * y
        }
    }
}
