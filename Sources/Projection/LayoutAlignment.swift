public import Kernels

/// The turn or reflection, the scale and the shift that bring a layout as near as possible to an older one of the same
/// points (orthogonal Procrustes analysis, Schönemann and Carroll 1970), so that a map does not jump.
public struct LayoutAlignment: Sendable, Equatable {
    /// The turn or reflection, `e × e`: row i is the image of axis i.
    public let rotation: Matrix
    /// The scale; 1 where a layout is a single place.
    public let scale: Float
    /// The mean distance that the points lie from where they were, after the alignment, as a share of the older
    /// layout's spread (the root of the mean squared distance from its centre). 0: nothing has moved.
    public let displacement: Double

    private let from: [Double]
    private let to: [Double]

    /// Aligns `layout` with `older`.
    ///
    /// - Parameters:
    ///   - layout: `n × e`, the new places of the points that both have, in the same order.
    ///   - older: `n × e`, their places before.
    /// - Throws: ``ProjectionError/unsuitable(_:)`` where the shapes differ or there are no points.
    public init(of layout: Matrix, to older: Matrix) throws(ProjectionError) {
        guard layout.rows == older.rows, layout.columns == older.columns, layout.rows > 0 else {
            throw .unsuitable(
                "a layout of \(layout.rows) x \(layout.columns) aligned with one of \(older.rows) x \(older.columns): "
                    + "both need the same points, at least one, and the same dimensions"
            )
        }
        let size = layout.columns
        let (from, to) = (Self.centre(layout), Self.centre(older))
        var products = [Double](repeating: 0, count: size * size)
        var (square, olderSquare) = (0.0, 0.0)
        for row in 0..<layout.rows {
            for i in 0..<size {
                let x = Double(layout.storage[row * size + i]) - from[i]
                square += x * x
                let own = Double(older.storage[row * size + i]) - to[i]
                olderSquare += own * own
                for j in 0..<size {
                    products[i * size + j] += x * (Double(older.storage[row * size + j]) - to[j])
                }
            }
        }
        let factors = OrthogonalFactor(products, size: size)
        rotation = Matrix(columns: size, storage: factors.orthogonal.map { Float($0) })
        scale = square > 0 && factors.trace > 0 ? Float(factors.trace / square) : 1
        self.from = from
        self.to = to
        let moved = Self.apply(layout, rotation, scale, from, to)
        var distance = 0.0
        for row in 0..<layout.rows {
            distance += Double(Metric.euclidean.distance(Array(moved[row: row]), Array(older[row: row])))
        }
        let spread = (olderSquare / Double(layout.rows)).squareRoot()
        displacement = spread > 0 ? distance / Double(layout.rows) / spread : 0
    }

    /// The places of a layout (`m × e`), aligned.
    public func apply(_ layout: Matrix) -> Matrix {
        precondition(layout.columns == rotation.columns, "the layout needs the dimensions that were aligned")
        return Self.apply(layout, rotation, scale, from, to)
    }

    private static func apply(_ layout: Matrix, _ rotation: Matrix, _ scale: Float, _ from: [Double], _ to: [Double])
        -> Matrix
    {
        let size = rotation.columns
        var result = layout
        for row in 0..<layout.rows {
            for j in 0..<size {
                var sum = 0.0
                for i in 0..<size {
                    let x = Double(layout.storage[row * size + i]) - from[i]
                    sum += x * Double(rotation.storage[i * size + j])
                }
                result.storage[row * size + j] = Float(sum * Double(scale) + to[j])
            }
        }
        return result
    }

    private static func centre(_ layout: Matrix) -> [Double] {
        (0..<layout.columns).map { column in
            stride(from: column, to: layout.storage.count, by: layout.columns)
                .reduce(0.0) { $0 + Double(layout.storage[$1]) } / Double(layout.rows)
        }
    }
}
