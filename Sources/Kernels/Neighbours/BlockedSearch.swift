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
    private static let blockQueries = 128

    private let points: Matrix
    private let shift: [Float]
    private let blocks: [Block]
    /// The error of a score is at most this times the square of the sum of both lengths.
    private let precision: Float

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
        let d = points.columns
        return LanePool.withLane { lane in
            let widest = blocks.reduce(0) { max($0, $1.weights.outputs) }
            let products = lane.scratch.reserve(Self.blockQueries * (widest + d))
            let moved = products + Self.blockQueries * widest
            moved.update(from: queries, count: count * d)
            for row in 0..<count { VectorMath.add(shift, times: -1, to: moved + row * d, count: d) }
            var lists = (0..<count).map { row in
                CandidateList(
                    k: k,
                    leavingOut: leavingOutSelf ? first + row : -1,
                    length: VectorMath.dot(moved + row * d, moved + row * d, count: d).squareRoot()
                )
            }
            var passing = [Int32](repeating: 0, count: widest + 1)
            for block in blocks {
                lane.multiply(moved, rows: count, by: block.weights, into: products)
                for row in 0..<count {
                    let scores = UnsafePointer(products + row * block.weights.outputs)
                    let error = lists[row].error(precision, block.radius)
                    lists[row].add(scores, count: block.count, first: block.first, error: error, &passing)
                }
            }
            return lists
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
