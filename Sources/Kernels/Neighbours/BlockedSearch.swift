import CKernels

/// Exact search by comparing all points with all queries through matrix products.
///
/// A block of products gives `q·c - ‖c‖²/2` of each pair, the larger the nearer, with an error below a bound known
/// beforehand (Higham 2002, "Accuracy and Stability of Numerical Algorithms", 3.1). What could be among the k nearest
/// within that bound is measured anew in doubles, so rounding never decides.
struct BlockedSearch: Sendable {
    private struct Block: Sendable {
        var first: Int
        var count: Int
        var weights: PackedWeights
        /// The largest length of a point, moved by the mean.
        var radius: Float
    }

    private static let blockPoints = 512
    static let blockQueries = 128

    let points: Matrix
    private let shift: [Float]
    private let blocks: [Block]
    /// The error of a score is at most this times the square of the sum of both lengths.
    private let precision: Float

    /// Whether the squares of the points' numbers are far from the largest float.
    static func suits(_ points: Matrix) -> Bool {
        points.storage.allSatisfy { abs($0) < 1e15 }
    }

    init(_ points: Matrix) {
        self.points = points
        let shift = CentroidPacking.mean(points)
        self.shift = shift
        precision = Float(points.columns + 8) * 0x1p-23
        blocks = stride(from: 0, to: points.rows, by: Self.blockPoints).map { first in
            let count = min(Self.blockPoints, points.rows - first)
            return Block(
                first: first,
                count: count,
                weights: CentroidPacking.pack(points, rows: first..<first + count, shift: shift, metric: .euclidean),
                radius: Self.radius(points, rows: first..<first + count, shift: shift)
            )
        }
    }

    private static func radius(_ points: Matrix, rows: Range<Int>, shift: [Float]) -> Float {
        points.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return rows.reduce(Float(0)) {
                max($0, VectorMath.squaredDistance(base + $1 * shift.count, shift, count: shift.count))
            }.squareRoot()
        }
    }

    func nearest(of queries: Matrix, leavingOutSelf: Bool, lanes: Lanes, to result: NearestWriter) {
        let parts = (queries.rows + Self.blockQueries - 1) / Self.blockQueries
        lanes.run(parts) { part in
            let first = part * Self.blockQueries
            let count = min(Self.blockQueries, queries.rows - first)
            queries.storage.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let rows = base + first * points.columns
                let candidates = candidates(of: rows, first: first, count: count, leavingOutSelf, k: result.k)
                for row in 0..<count {
                    measure(candidates[row], query: rows + row * points.columns, into: result.list(first + row))
                }
            }
        }
    }

    private func candidates(
        of queries: UnsafePointer<Float>,
        first: Int,
        count: Int,
        _ leavingOutSelf: Bool,
        k: Int
    ) -> [CandidateList] {
        var lists = (0..<count).map { CandidateList(k: k, leavingOut: leavingOutSelf ? first + $0 : -1) }
        products(of: queries, count: count, from: 0) { scores, row in lists[row].add(scores) }
        return lists
    }

    /// Calls `body` with the scores of each block of points, from that of the point `start`, for each of `count`
    /// queries, at most ``blockQueries``.
    func products(
        of queries: UnsafePointer<Float>,
        count: Int,
        from start: Int,
        _ body: (BlockScores, Int) -> Void
    ) {
        let d = points.columns
        LanePool.withLane { lane in
            let widest = blocks.reduce(0) { max($0, $1.weights.outputs) }
            let products = lane.scratch.reserve(Self.blockQueries * (widest + d))
            let moved = products + Self.blockQueries * widest
            moved.update(from: queries, count: count * d)
            let lengths = (0..<count).map { row in
                VectorMath.add(shift, times: -1, to: moved + row * d, count: d)
                return VectorMath.dot(moved + row * d, moved + row * d, count: d).squareRoot()
            }
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: widest + 1) { passing in
                guard let passing = passing.baseAddress else { return }
                for block in blocks where block.first + block.count > start {
                    lane.multiply(moved, rows: count, by: block.weights, into: products)
                    for row in 0..<count {
                        let reach = lengths[row] + block.radius
                        let scores = BlockScores(
                            scores: UnsafePointer(products + row * block.weights.outputs),
                            first: block.first,
                            count: block.count,
                            length: lengths[row],
                            error: precision * reach * reach,
                            memory: passing
                        )
                        body(scores, row)
                    }
                }
            }
        }
    }

    private func measure(_ candidates: CandidateList, query: UnsafePointer<Float>, into list: NearestList) {
        var list = list
        let d = points.columns
        points.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for index in candidates.remaining {
                let point = base + Int(index) * d
                list.insert(VectorMath.kernels.pointee.exact_squared_distance(query, point, Int64(d)), index)
            }
        }
    }
}

/// The scores `q·c - ‖c‖²/2` of one query with a block of points, all moved by the mean.
struct BlockScores {
    let scores: UnsafePointer<Float>
    /// The row of the first point.
    let first: Int
    /// The number of points.
    let count: Int
    /// The length of the query.
    let length: Float
    /// How far a score can be from the true one.
    let error: Float
    /// For `count + 1` offsets.
    let memory: UnsafeMutablePointer<Int32>

    /// No point within the square of a radius has a score below this.
    func limit(_ square: Double) -> Float {
        Float((Double(length) * Double(length) - square) / 2) - 2 * error
    }

    /// The offsets of the points in `range` whose score is not below the limit; they are valid until the next call.
    func passing(_ limit: Float, _ range: Range<Int>) -> UnsafeBufferPointer<Int32> {
        let found = VectorMath.kernels.pointee.select_at_least(
            memory,
            scores + range.lowerBound,
            Int64(range.count),
            limit
        )
        return UnsafeBufferPointer(start: memory, count: Int(found))
    }
}
