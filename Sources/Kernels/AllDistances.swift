/// A small set of points made ready to be compared with many queries: packed once, and every distance is given.
///
/// Few or short points are compared one by one. The others go through one matrix product per block of queries, moved by
/// the mean of the points under the Euclidean metric, so that the product stays accurate far from the origin; what is
/// left of rounding there is some 1e-7 of the square of the query's distance from that mean.
///
/// A query's distances have the same bits in whatever batch they are asked for.
public struct AllDistances: Sendable {
    /// The points, `n × d`.
    public let points: Matrix
    /// The metric of the distances.
    public let metric: Metric
    private let shift: [Float]
    private let weights: PackedWeights?

    /// Below this many elements a vector, points are compared one by one.
    private static let directLimit = 48
    private static let queryBlock = 128
    private static let rounding: (cosine: Float, square: Float) = (1e-6, 4e-6)

    /// Packs `points` (`n × d`); under ``Metric/cosine`` every row must be of unit length.
    public init(points: Matrix, metric: Metric) {
        self.points = points
        self.metric = metric
        guard points.rows > 0, points.columns >= Self.directLimit else {
            shift = []
            weights = nil
            return
        }
        shift = metric == .euclidean ? CentroidPacking.mean(points) : []
        weights = CentroidPacking.pack(points, rows: 0..<points.rows, shift: shift, metric: metric)
    }

    /// Calls `body` for each row of `queries` (`m × d`), in order, with its number and its distances to all points, in
    /// their order: squared ones under the Euclidean metric. `body` may change them; they are valid until it returns.
    ///
    /// - Parameter rows: the rows that it is called for; nil: all.
    public func forEach(
        _ queries: Matrix,
        rows: Range<Int>? = nil,
        _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        guard queries.rows > 0, points.rows > 0 else { return }
        let rows = rows ?? 0..<queries.rows
        precondition(queries.columns == points.columns, "queries and points need the same number of columns")
        queries.storage.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            guard let weights else { return direct(base, rows, body) }
            multiply(base, rows, by: weights, body)
        }
    }

    private func direct(
        _ queries: UnsafePointer<Float>,
        _ rows: Range<Int>,
        _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let d = points.columns
        points.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            withUnsafeTemporaryAllocation(of: Float.self, capacity: points.rows) { distances in
                distances.initialize(repeating: 0)
                for row in rows {
                    let query = queries + row * d
                    for point in 0..<points.rows {
                        distances[point] =
                            metric == .cosine
                            ? cosine(query, base + point * d)
                            : VectorMath.squaredDistance(query, base + point * d, count: d)
                    }
                    body(row, distances)
                }
            }
        }
    }

    private func cosine(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Float {
        let distance = 1 - VectorMath.dot(a, b, count: points.columns)
        return distance < Self.rounding.cosine ? 0 : distance
    }

    private func multiply(
        _ queries: UnsafePointer<Float>,
        _ rows: Range<Int>,
        by weights: PackedWeights,
        _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        let d = points.columns
        let width = weights.outputs
        LanePool.withLane { lane in
            let products = lane.scratch.reserve(Self.queryBlock * (width + d))
            let moved = products + Self.queryBlock * width
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.queryBlock) {
                let count = min(Self.queryBlock, rows.upperBound - start)
                let source = CentroidPacking.moved(queries + start * d, rows: count, by: shift, to: moved)
                lane.multiply(source, rows: count, by: weights, into: products)
                for row in 0..<count {
                    let values = UnsafeMutableBufferPointer(start: products + row * width, count: points.rows)
                    finish(values, query: source + row * d)
                    body(start + row, values)
                }
            }
        }
    }

    /// Turns products (`q·c`, or `q·c - ‖c‖²/2` of moved vectors) into distances. What may be rounding is nought.
    private func finish(_ values: UnsafeMutableBufferPointer<Float>, query: UnsafePointer<Float>) {
        switch metric {
        case .cosine:
            for index in values.indices {
                let distance = 1 - values[index]
                values[index] = distance < Self.rounding.cosine ? 0 : distance
            }
        case .euclidean:
            let square = VectorMath.dot(query, query, count: points.columns)
            for index in values.indices {
                let distance = square - 2 * values[index]
                values[index] = distance < Self.rounding.square * square ? 0 : distance
            }
        }
    }
}
