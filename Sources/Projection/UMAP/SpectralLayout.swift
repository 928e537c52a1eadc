import Kernels

/// Where the points of a graph are put at first: the eigenvectors of its normalised Laplacian with the smallest
/// eigenvalues but the first, which are those of `D^-1/2 W D^-1/2` with the largest.
///
/// Found by subspace iteration with Chebyshev filters (Zhou, Saad, Tiago and Chelikowsky 2006); the matrix is only
/// multiplied with.
struct SpectralLayout {
    private let graph: SparseGraph
    /// The weights, divided by the roots of the degrees of both ends.
    private let scaled: [Float]
    private let roots: [Double]
    private let lanes: Lanes

    /// Below this many points the matrix is decomposed as a whole.
    private static let denseLimit = 96
    private static let degree = 30
    private static let rounds = 30
    /// Residual of the eigenvectors that ends the search: small beside the gaps between the first eigenvalues of long
    /// chains of points, though a start need not be exact.
    private static let tolerance = 3e-5

    /// - Parameter graph: connected and symmetric, with at least two points.
    init(graph: SparseGraph, lanes: Lanes) {
        let roots = (0..<graph.count).map { row in
            graph.range(row).reduce(0.0) { $0 + Double(graph.weights[$1]) }.squareRoot()
        }
        var scaled = graph.weights
        for row in 0..<graph.count {
            for edge in graph.range(row) {
                scaled[edge] = Float(Double(scaled[edge]) / (roots[row] * roots[Int(graph.columns[edge])]))
            }
        }
        self.graph = graph
        self.scaled = scaled
        self.roots = roots
        self.lanes = lanes
    }

    /// The coordinates of the points, `n × e`; columns for which there are no eigenvectors are zero.
    func coordinates(dimensions: Int, generator: inout SeededGenerator) -> Matrix {
        let count = graph.count
        let found =
            count <= max(Self.denseLimit, 2 * dimensions + 10)
            ? dense(min(dimensions + 1, count)) : filtered(dimensions + 1, generator: &generator)
        var result = Matrix(rows: count, columns: dimensions)
        for column in 0..<min(dimensions, found.columns - 1) {
            for row in 0..<count {
                result.storage[row * dimensions + column] = found.storage[row * found.columns + column + 1]
            }
        }
        return result
    }

    private func dense(_ wanted: Int) -> Matrix {
        let count = graph.count
        var matrix = [Double](repeating: 0, count: count * count)
        for row in 0..<count {
            for edge in graph.range(row) { matrix[row * count + Int(graph.columns[edge])] = Double(scaled[edge]) }
        }
        let eigen = SymmetricEigen(matrix, size: count)
        var result = Matrix(rows: count, columns: wanted)
        for column in 0..<wanted {
            for (row, value) in eigen[vector: column].enumerated() {
                result.storage[row * wanted + column] = Float(value)
            }
        }
        return result
    }

    private func filtered(_ wanted: Int, generator: inout SeededGenerator) -> Matrix {
        let width = min(graph.count / 2, wanted + max(4, wanted / 2))
        var block = Matrix(rows: graph.count, columns: width)
        for index in block.storage.indices { block.storage[index] = Float(generator.nextNormal()) }
        // The first eigenvector is known.
        for row in 0..<graph.count { block.storage[row * width] = Float(roots[row]) }
        block = Orthonormal.columns(block)
        var cut = rotate(&block, wanted: wanted).cut
        for _ in 0..<Self.rounds {
            block = Orthonormal.columns(filter(block, below: min(cut, 0.9999)))
            let state = rotate(&block, wanted: wanted)
            if state.residual < Self.tolerance { break }
            cut = state.cut
        }
        return block
    }

    /// Turns the block onto the eigenvectors of the matrix within its span (Rayleigh-Ritz), largest first. Returns the
    /// smallest eigenvalue there and the largest residual of the ones wanted.
    private func rotate(_ block: inout Matrix, wanted: Int) -> (cut: Double, residual: Double) {
        let (count, width) = (block.rows, block.columns)
        let image = multiply(block)
        var small = [Double](repeating: 0, count: width * width)
        for row in 0..<count {
            for i in 0..<width {
                let left = Double(block.storage[row * width + i])
                for j in 0..<width { small[i * width + j] += left * Double(image.storage[row * width + j]) }
            }
        }
        for i in 0..<width {
            for j in 0..<i {
                let mean = (small[i * width + j] + small[j * width + i]) / 2
                small[i * width + j] = mean
                small[j * width + i] = mean
            }
        }
        let eigen = SymmetricEigen(small, size: width)
        let turn = Matrix(columns: width, storage: eigen.vectors.map { Float($0) })
        block = Gemm.multiply(block, transposed: turn)
        let turned = Gemm.multiply(image, transposed: turn)
        var residuals = [Double](repeating: 0, count: width)
        for row in 0..<count {
            for j in 0..<width {
                let place = row * width + j
                let error = Double(turned.storage[place]) - eigen.values[j] * Double(block.storage[place])
                residuals[j] += error * error
            }
        }
        let worst = residuals[..<min(wanted, width)].max() ?? 0
        return (eigen.values[width - 1], worst.squareRoot())
    }

    /// The block times the Chebyshev polynomial that is small on [-1, cut] and grows above, scaled to 1 at 1.
    private func filter(_ block: Matrix, below cut: Double) -> Matrix {
        let centre = (cut - 1) / 2
        let half = (cut + 1) / 2
        let first = half / (1 - centre)
        var sigma = first
        var before = block
        var now = combined(multiply(block), block, Float(first / half), Float(-centre * first / half), nil, 0)
        for _ in 1..<Self.degree {
            let next = 1 / (2 / first - sigma)
            let factor = 2 * next / half
            let after = combined(
                multiply(now),
                now,
                Float(factor),
                Float(-centre * factor),
                before,
                Float(-sigma * next)
            )
            (before, now, sigma) = (now, after, next)
        }
        return now
    }

    /// `a · x + b · y + c · z`.
    private func combined(_ x: Matrix, _ y: Matrix, _ a: Float, _ b: Float, _ z: Matrix?, _ c: Float) -> Matrix {
        var result = x
        result.storage.withUnsafeMutableBufferPointer { result in
            y.storage.withUnsafeBufferPointer { y in
                for i in result.indices { result[i] = a * result[i] + b * y[i] }
            }
            z?.storage.withUnsafeBufferPointer { z in
                for i in result.indices { result[i] += c * z[i] }
            }
        }
        return result
    }

    /// `D^-1/2 W D^-1/2` times the block.
    private func multiply(_ block: Matrix) -> Matrix {
        let width = block.columns
        var result = Matrix(rows: block.rows, columns: width)
        result.storage.withShared { result in
            lanes.run(over: graph.count, by: 1024) { rows in
                block.storage.withUnsafeBufferPointer { block in
                    for row in rows {
                        for edge in graph.range(row) {
                            let (weight, from) = (scaled[edge], Int(graph.columns[edge]) * width)
                            for column in 0..<width { result[row * width + column] += weight * block[from + column] }
                        }
                    }
                }
            }
        }
        return result
    }
}
