import Kernels

/// Where UMAP puts the points before it moves them: each connected part by its spectrum, the parts beside each other by
/// the principal components of their centroids.
struct StartingLayout {
    let graph: SparseGraph
    let vectors: Matrix
    let dimensions: Int
    let lanes: Lanes

    /// The side of the box that the layout fills.
    private static let extent: Float = 10
    /// The deviation of the noise that tells equal points apart.
    private static let noise = 1e-4

    /// `n × e`, from 0 to 10 in each dimension.
    func coordinates(generator: inout SeededGenerator) -> Matrix {
        let parts = graph.connectedComponents()
        var layout: Matrix
        if parts.count == 1 {
            layout =
                graph.count > 2
                ? spectrum(graph, generator: &generator) : Matrix(rows: graph.count, columns: dimensions)
            if !layout.storage.allSatisfy(\.isFinite) { layout = principal(of: vectors) }
        } else {
            layout = beside(parts, generator: &generator)
        }
        scale(&layout, generator: &generator)
        return layout
    }

    private func spectrum(_ graph: SparseGraph, generator: inout SeededGenerator) -> Matrix {
        SpectralLayout(graph: graph, lanes: lanes).coordinates(dimensions: dimensions, generator: &generator)
    }

    /// The first principal components, as many as there are; other columns are zero.
    private func principal(of points: Matrix) -> Matrix {
        let count = min(dimensions, points.rows, points.columns)
        var result = Matrix(rows: points.rows, columns: dimensions)
        guard let axes = try? PrincipalComponents(of: points, count: count, lanes: lanes) else { return result }
        let projected = axes.transform(points)
        for row in 0..<points.rows {
            for column in 0..<count {
                result.storage[row * dimensions + column] = projected.storage[row * count + column]
            }
        }
        return result
    }

    private func beside(_ parts: [[Int]], generator: inout SeededGenerator) -> Matrix {
        let places = places(of: parts)
        var layout = Matrix(rows: graph.count, columns: dimensions)
        for (number, members) in parts.enumerated() {
            let reach = max(0.05, nearestOther(number, places) / 2)
            var own = Matrix(rows: members.count, columns: dimensions)
            if members.count > dimensions + 1 {
                own = spectrum(graph.restricted(to: members), generator: &generator)
            }
            let largest = own.storage.reduce(0) { max($0, abs($1)) }
            for (index, member) in members.enumerated() {
                for column in 0..<dimensions {
                    let value = own.storage[index * dimensions + column]
                    let offset = largest > 0 ? value / largest : Float(generator.nextUniform() * 2 - 1)
                    layout.storage[member * dimensions + column] =
                        places.storage[number * dimensions + column] + offset * reach
                }
            }
        }
        return layout
    }

    /// A place for each part: few on the axes, many by the principal components of their centroids, within ±1.
    private func places(of parts: [[Int]]) -> Matrix {
        var places = Matrix(rows: parts.count, columns: dimensions)
        if parts.count <= 2 * dimensions {
            let pairs = (parts.count + 1) / 2
            for number in parts.indices {
                places.storage[number * dimensions + number % pairs] = number < pairs ? 1 : -1
            }
            return places
        }
        var centroids = Matrix(rows: parts.count, columns: vectors.columns)
        for (number, members) in parts.enumerated() {
            for member in members {
                for (column, value) in vectors[row: member].enumerated() {
                    centroids.storage[number * vectors.columns + column] += value / Float(members.count)
                }
            }
        }
        places = principal(of: centroids)
        let largest = places.storage.reduce(0) { max($0, abs($1)) }
        if largest > 0 { for index in places.storage.indices { places.storage[index] /= largest } }
        return places
    }

    private func nearestOther(_ number: Int, _ places: Matrix) -> Float {
        let own = Array(places[row: number])
        return (0..<places.rows).reduce(Float(2)) { least, other in
            guard other != number else { return least }
            let distance = VectorMath.squaredDistance(own, Array(places[row: other])).squareRoot()
            return distance > 0 ? min(least, distance) : least
        }
    }

    /// Stretches every dimension to the box, with a little noise.
    private func scale(_ layout: inout Matrix, generator: inout SeededGenerator) {
        let largest = layout.storage.reduce(0) { max($0, abs($1)) }
        let factor = largest > 0 ? Self.extent / largest : 0
        for index in layout.storage.indices {
            layout.storage[index] =
                layout.storage[index] * factor + Float(generator.nextNormal() * Self.noise)
        }
        for column in 0..<dimensions {
            let places = stride(from: column, to: layout.storage.count, by: dimensions)
            let low = places.reduce(Float.infinity) { min($0, layout.storage[$1]) }
            let high = places.reduce(-Float.infinity) { max($0, layout.storage[$1]) }
            guard high > low else { continue }
            for place in places {
                layout.storage[place] = (layout.storage[place] - low) / (high - low) * Self.extent
            }
        }
    }
}
