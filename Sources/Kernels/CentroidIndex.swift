import CKernels

/// A set of centroids made ready for exhaustive search: packed once, searched by many batches and threads.
///
/// Large sets go through one matrix product per block of queries: the nearest centroid c of a query q is the one with
/// the largest q·c - ‖c‖²/2 (the bias is nought for unit vectors under the cosine). Under the Euclidean metric both
/// sides are first moved by the mean of the centroids, which keeps the product accurate far from the origin. The
/// distances of the two winners are then computed from the vectors themselves, so near-zero distances do not suffer
/// from cancellation. Small sets are compared one by one.
///
/// A query's result has the same bits in whatever batch it is searched.
public struct CentroidIndex: Sendable {
    /// The centroids searched, `k × d`.
    public let centroids: Matrix
    /// The metric of the search.
    public let metric: Metric
    /// What is subtracted from queries before the product; empty for none.
    let shift: [Float]
    let blocks: [Block]

    struct Block: Sendable {
        var firstRow: Int
        var count: Int
        var weights: PackedWeights
    }

    /// Below this many multiply-adds a query, a packed product costs more than it saves.
    private static let directLimit = 2048
    static let queryBlock = 128
    /// The queries of a part that a lane searches.
    private static let partRows = 256
    private static let centroidBlock = 2048

    /// Packs `centroids` (`k × d`); under ``Metric/cosine`` every row must be of unit length.
    public init(centroids: Matrix, metric: Metric) {
        self.centroids = centroids
        self.metric = metric
        guard centroids.rows * centroids.columns > Self.directLimit, centroids.rows > 2 else {
            shift = []
            blocks = []
            return
        }
        let shift = metric == .euclidean ? CentroidPacking.mean(centroids) : []
        self.shift = shift
        blocks = stride(from: 0, to: centroids.rows, by: Self.centroidBlock).map { start in
            let count = min(Self.centroidBlock, centroids.rows - start)
            return Block(
                firstRow: start,
                count: count,
                weights: CentroidPacking.pack(centroids, rows: start..<start + count, shift: shift, metric: metric)
            )
        }
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
            guard rows > 0, !self.centroids.storage.isEmpty else {
                pairs.initialize(repeating: .none)
                return
            }
            let source = QuerySource(queries)
            let target = SharedMemory(pairs)
            let step = lanes.count > 1 ? Self.partRows : rows
            lanes.run((rows + step - 1) / step) { part in
                let first = part * step
                search(source, first: first, count: min(step, rows - first), target)
            }
        }
    }

    private func search(_ source: QuerySource, first: Int, count: Int, _ target: SharedMemory<NearestPair>) {
        let queries = source.base + first * centroids.columns
        let pairs = UnsafeMutableBufferPointer(start: target.base + first, count: count)
        centroids.storage.withUnsafeBufferPointer { buffer in
            guard let centroids = buffer.baseAddress else { return }
            guard blocks.isEmpty else {
                return searchBlocks(queries, rows: count, centroids: centroids, pairs: pairs)
            }
            for row in 0..<count {
                pairs.initializeElement(at: row, to: direct(queries + row * self.centroids.columns, centroids))
            }
        }
    }

    private func direct(_ query: UnsafePointer<Float>, _ rows: UnsafePointer<Float>) -> NearestPair {
        var pair = NearestPair.none
        for k in 0..<centroids.rows {
            let distance = distance(query, rows, k)
            if distance < pair.firstDistance {
                pair.second = pair.first
                pair.secondDistance = pair.firstDistance
                pair.first = Int32(k)
                pair.firstDistance = distance
            } else if distance < pair.secondDistance {
                pair.second = Int32(k)
                pair.secondDistance = distance
            }
        }
        return finished(pair)
    }

    /// Under the Euclidean metric the square: roots are taken of the winners alone.
    private func distance(_ query: UnsafePointer<Float>, _ rows: UnsafePointer<Float>, _ k: Int) -> Float {
        let d = centroids.columns
        switch metric {
        case .cosine: return max(0, 1 - VectorMath.dot(query, rows + k * d, count: d))
        case .euclidean: return VectorMath.squaredDistance(query, rows + k * d, count: d)
        }
    }

    private func finished(_ pair: NearestPair) -> NearestPair {
        guard metric == .euclidean else { return pair }
        var pair = pair
        pair.firstDistance = pair.firstDistance.squareRoot()
        pair.secondDistance = pair.secondDistance.squareRoot()
        return pair
    }

    private func searchBlocks(
        _ queries: UnsafePointer<Float>,
        rows: Int,
        centroids: UnsafePointer<Float>,
        pairs: UnsafeMutableBufferPointer<NearestPair>
    ) {
        let d = self.centroids.columns
        let widest = blocks.reduce(0) { max($0, $1.weights.outputs) }
        let size = Self.queryBlock * (widest + (shift.isEmpty ? 0 : d))
        let empty = centroidd_top_two(value: (-.infinity, -.infinity), index: (-1, -1))
        let capacity = Self.queryBlock
        LanePool.withLane { lane in
            let products = lane.scratch.reserve(size)
            let moved = products + Self.queryBlock * widest
            withUnsafeTemporaryAllocation(of: centroidd_top_two.self, capacity: capacity) { tops in
                guard let top = tops.baseAddress else { return }
                for start in stride(from: 0, to: rows, by: capacity) {
                    let count = min(capacity, rows - start)
                    let block = queries + start * d
                    top.initialize(repeating: empty, count: count)
                    topTwo(
                        CentroidPacking.moved(block, rows: count, by: shift, to: moved),
                        rows: count,
                        lane,
                        products,
                        top
                    )
                    for row in 0..<count {
                        let pair = exact(top[row], query: block + row * d, centroids)
                        pairs.initializeElement(at: start + row, to: pair)
                    }
                }
            }
        }
    }

    private func topTwo(
        _ queries: UnsafePointer<Float>,
        rows: Int,
        _ lane: GemmLane,
        _ products: UnsafeMutablePointer<Float>,
        _ tops: UnsafeMutablePointer<centroidd_top_two>
    ) {
        let find = VectorMath.kernels.pointee.top_two
        for block in blocks {
            lane.multiply(queries, rows: rows, by: block.weights, into: products)
            let (width, count, first) = (block.weights.outputs, Int64(block.count), Int32(block.firstRow))
            for row in 0..<rows { find?(tops + row, products + row * width, count, first) }
        }
    }

    /// The winners in the order of their exact distances.
    private func exact(
        _ top: centroidd_top_two,
        query: UnsafePointer<Float>,
        _ centroids: UnsafePointer<Float>
    ) -> NearestPair {
        // Nothing was larger than minus infinity: the query holds NaN.
        guard top.index.0 >= 0, top.index.1 >= 0 else { return .none }
        let (a, b) = (top.index.0, top.index.1)
        let (da, db) = (distance(query, centroids, Int(a)), distance(query, centroids, Int(b)))
        let inOrder = da < db || (da == db && a < b)
        return finished(
            inOrder
                ? NearestPair(first: a, second: b, firstDistance: da, secondDistance: db)
                : NearestPair(first: b, second: a, firstDistance: db, secondDistance: da)
        )
    }
}

/// Queries that several lanes read.
private struct QuerySource: @unchecked Sendable {
    // Sound to send: nobody writes to them while they are searched.
    let base: UnsafePointer<Float>

    init(_ base: UnsafePointer<Float>) { self.base = base }
}
