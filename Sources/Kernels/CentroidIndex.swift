import CKernels

/// A set of centroids made ready for exhaustive search: packed once, searched by many batches and threads.
///
/// Large sets are screened by one matrix product per block of queries (``CentroidScreen``), and the distances of those
/// that can be nearest are then computed from the vectors themselves: near-zero distances do not suffer from
/// cancellation, and neither the precision of the product nor its order of summation can be seen in a result. Small sets
/// are compared one by one.
///
/// A query's result has the same bits in whatever batch it is searched. Equal distances resolve to the lower row; nothing is
/// nearest to a query that is not finite.
public struct CentroidIndex: Sendable {
    /// The centroids searched, `k × d`.
    public let centroids: Matrix
    /// The metric of the search.
    public let metric: Metric
    /// Nil for a small set.
    let screen: CentroidScreen?

    /// Below this many multiply-adds a query, a packed product costs more than it saves; a call for one distance costs as
    /// much as ``callColumns`` of them.
    private static let directLimit = 1024
    private static let callColumns = 16
    /// The queries of a part that a lane searches.
    private static let partRows = 256

    /// Packs `centroids` (`k × d`); under ``Metric/cosine`` every row must be of unit length.
    public init(centroids: Matrix, metric: Metric) {
        self.init(centroids: centroids, metric: metric, allowsNarrow: true)
    }

    /// The same, screened by floats where not `allowsNarrow`: only the time it takes can tell.
    init(centroids: Matrix, metric: Metric, allowsNarrow: Bool) {
        self.centroids = centroids
        self.metric = metric
        let work = centroids.rows * (centroids.columns + Self.callColumns)
        let isSmall = work <= Self.directLimit || centroids.rows <= 2
        screen = isSmall ? nil : CentroidScreen(centroids, metric: metric, allowsNarrow: allowsNarrow)
    }

    /// The two nearest centroids of every row of `queries` (`m × d`), parts of them side by side on `lanes`.
    public func search(_ queries: Matrix, lanes: Lanes = .serial) -> [NearestPair] {
        guard queries.rows > 0 else { return [] }
        guard centroids.rows > 0 else { return Array(repeating: .none, count: queries.rows) }
        precondition(queries.columns == centroids.columns, "queries and centroids need the same number of columns")
        return queries.storage.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return [] }
            return search(base, rows: queries.rows, lanes: lanes)
        }
    }

    /// The two nearest centroids of each of `rows` queries of `d` elements that lie one after another at `queries`.
    public func search(_ queries: UnsafePointer<Float>, rows: Int, lanes: Lanes = .serial) -> [NearestPair] {
        [NearestPair](unsafeUninitializedCapacity: rows) { pairs, count in
            count = rows
            pairs.initialize(repeating: .none)
            guard rows > 0, !self.centroids.storage.isEmpty else { return }
            let source = QuerySource(queries)
            let target = SharedMemory(pairs)
            let step = lanes.count > 1 ? Self.partRows : rows
            lanes.run((rows + step - 1) / step) { part in
                let first = part * step
                let queries = source.base + first * centroids.columns
                search(queries, rows: min(step, rows - first), target.base + first)
            }
        }
    }

    /// Writes the row of the nearest centroid of each of `rows` queries that lie one after another at `queries`; nought
    /// for a query that is not finite. Distances are computed only where more than one centroid can be nearest.
    package func nearest(_ queries: UnsafePointer<Float>, rows: Int, into labels: UnsafeMutablePointer<Int32>) {
        labels.update(repeating: 0, count: rows)
        guard let screen else {
            for (row, pair) in search(queries, rows: rows).enumerated() { labels[row] = max(0, pair.first) }
            return
        }
        centroids.storage.withUnsafeBufferPointer { buffer in
            guard let centroids = buffer.baseAddress else { return }
            var last = (query: -1, distance: Float?.none)
            screen.run(queries, rows: rows, wanted: 1) { row, centroid in
                guard row == last.query else {
                    labels[row] = Int32(centroid)
                    last = (row, nil)
                    return
                }
                let query = queries + row * self.centroids.columns
                let best = last.distance ?? distance(query, centroids, Int(labels[row]))
                let distance = distance(query, centroids, centroid)
                if distance < best { labels[row] = Int32(centroid) }
                last.distance = min(best, distance)
            }
        }
    }

    private func search(_ queries: UnsafePointer<Float>, rows: Int, _ pairs: UnsafeMutablePointer<NearestPair>) {
        centroids.storage.withUnsafeBufferPointer { buffer in
            guard let centroids = buffer.baseAddress else { return }
            let columns = self.centroids.columns
            if let screen {
                screen.run(queries, rows: rows, wanted: 2) { row, centroid in
                    pairs[row].offer(centroid, at: distance(queries + row * columns, centroids, centroid))
                }
            } else {
                for row in 0..<rows {
                    for centroid in 0..<self.centroids.rows {
                        pairs[row].offer(centroid, at: distance(queries + row * columns, centroids, centroid))
                    }
                }
            }
            guard metric == .euclidean else { return }
            for row in 0..<rows {
                pairs[row].firstDistance.formSquareRoot()
                pairs[row].secondDistance.formSquareRoot()
            }
        }
    }

    /// Under the Euclidean metric the square: roots are taken of the winners alone.
    @inline(__always)
    private func distance(_ query: UnsafePointer<Float>, _ rows: UnsafePointer<Float>, _ k: Int) -> Float {
        let d = centroids.columns
        switch metric {
        case .cosine:
            let distance = 1 - VectorMath.dot(query, rows + k * d, count: d)
            // Not by `max`, which makes nought of NaN.
            return distance < 0 ? 0 : distance
        case .euclidean: return VectorMath.squaredDistance(query, rows + k * d, count: d)
        }
    }
}

extension NearestPair {
    /// Takes in a centroid; the rows of a query's centroids must come in ascending order.
    @inline(__always)
    fileprivate mutating func offer(_ row: Int, at distance: Float) {
        if distance < firstDistance {
            (second, secondDistance) = (first, firstDistance)
            (first, firstDistance) = (Int32(row), distance)
        } else if distance < secondDistance {
            (second, secondDistance) = (Int32(row), distance)
        }
    }
}

/// Queries that several lanes read.
private struct QuerySource: @unchecked Sendable {
    // Sound to send: nobody writes to them while they are searched.
    let base: UnsafePointer<Float>

    init(_ base: UnsafePointer<Float>) { self.base = base }
}
