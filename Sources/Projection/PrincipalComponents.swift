public import Kernels

/// The directions in which vectors vary most.
///
/// Exact by the eigenvectors of the covariance where that is small; otherwise by randomised subspace iteration (Halko,
/// Martinsson and Tropp 2011, algorithm 4.4), with as many products as it takes to settle.
public struct PrincipalComponents: Projector, Equatable {
    /// The mean of the vectors, `d` elements.
    public let mean: [Float]
    /// The directions, `e × d`: unit vectors at right angles, the widest first. Of each, the element that is largest
    /// in size is positive.
    public let components: Matrix
    /// The variance along each direction, with `n - 1` in the denominator.
    public let variances: [Double]
    /// The share of each direction in the variance of the vectors, 0 to 1; 0 where nothing varies.
    public let shares: [Double]

    /// The number of dimensions it maps from, `d`.
    public var inputs: Int { components.columns }
    /// The number of dimensions it maps to, `e`.
    public var outputs: Int { components.rows }

    /// Up to this many dimensions the covariance is decomposed as a whole.
    static let exactLimit = 128

    /// Fits the directions to `vectors`.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`, finite.
    ///   - count: the number of directions, from 1 to the lesser of `n` and `d`.
    ///   - seed: where the randomness of the randomised way comes from.
    ///   - lanes: what runs independent parts side by side.
    /// - Throws: ``ProjectionError/unsuitable(_:)`` where `count` does not fit the vectors.
    public init(of vectors: Matrix, count: Int, seed: UInt64 = 0, lanes: Lanes = .serial) throws(ProjectionError) {
        let most = min(vectors.rows, vectors.columns)
        guard count >= 1, count <= most else {
            throw .unsuitable(
                "\(count) principal components of \(vectors.rows) vectors with \(vectors.columns) dimensions: "
                    + "choose 1 to \(most)"
            )
        }
        let mean = Self.mean(of: vectors)
        let centred = Self.centred(vectors, by: mean)
        let freedom = Double(max(1, vectors.rows - 1))
        let total = centred.storage.reduce(0.0) { $0 + Double($1) * Double($1) } / freedom
        let found =
            vectors.columns <= Self.exactLimit
            ? Self.exact(centred, count: count, lanes: lanes)
            : Self.randomised(centred, count: count, seed: seed, lanes: lanes)
        self.mean = mean
        components = Self.signed(found.directions, count: count, size: vectors.columns)
        variances = found.squares.map { max(0, $0) / freedom }
        shares = variances.map { total > 0 ? $0 / total : 0 }
    }

    /// Maps `m × d` vectors to `m × e`.
    public func transform(_ vectors: Matrix, lanes: Lanes = .serial) -> Matrix {
        precondition(vectors.columns == inputs, "vectors need as many dimensions as the components were fitted to")
        return Gemm.multiply(Self.centred(vectors, by: mean), transposed: components)
    }

    /// Maps `m × e` back to `m × d`: the vectors without what lies outside the directions.
    public func inverse(_ projected: Matrix) -> Matrix {
        precondition(projected.columns == outputs, "vectors need as many dimensions as there are components")
        return Self.centred(Gemm.multiply(projected, components), by: mean.map { -$0 })
    }

    private static func mean(of vectors: Matrix) -> [Float] {
        var sums = [Double](repeating: 0, count: vectors.columns)
        vectors.storage.withUnsafeBufferPointer { storage in
            for row in 0..<vectors.rows {
                for column in 0..<vectors.columns { sums[column] += Double(storage[row * vectors.columns + column]) }
            }
        }
        return sums.map { Float($0 / Double(max(1, vectors.rows))) }
    }

    private static func centred(_ vectors: Matrix, by mean: [Float]) -> Matrix {
        var result = vectors
        let columns = vectors.columns
        result.storage.withUnsafeMutableBufferPointer { storage in
            for row in 0..<vectors.rows {
                for column in 0..<columns { storage[row * columns + column] -= mean[column] }
            }
        }
        return result
    }

    /// Completes and rounds the directions, each with its largest element positive.
    private static func signed(_ directions: [Double], count: Int, size: Int) -> Matrix {
        var directions = directions
        Orthonormal.complete(&directions, count: count, size: size)
        var result = Matrix(rows: count, columns: size)
        for row in 0..<count {
            let elements = directions[row * size..<(row + 1) * size]
            let largest = elements.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
            for (column, element) in elements.enumerated() {
                result.storage[row * size + column] = Float(largest < 0 ? -element : element)
            }
        }
        return result
    }
}
