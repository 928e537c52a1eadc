import CKernels

/// Finds the few centroids that can be the nearest to a query, by a matrix product whose error is known.
///
/// Where the processor multiplies bfloat16 (8 bits of precision) the product takes half the time of one of floats. What
/// rounding took from a query q and a centroid c is known, e and f; by Cauchy and Schwarz the product of the rounded ones
/// is off by at most ‖e‖‖c‖ + (‖q‖ + ‖e‖)‖f‖, beside the rounding of its sum, which is at most d 2⁻²⁴ of the lengths
/// (Higham 2002, section 3.1). A centroid whose score lies below the best by more than twice that error cannot be
/// nearest; all others are named.
///
/// Under the Euclidean metric both sides are first moved by the mean of the centroids, which keeps lengths, and so the
/// error, small far from the origin. Under the cosine moving the centroids alone does that, as it takes the same from
/// every score of a query.
struct CentroidScreen: Sendable {
    private let blocks: [CentroidBlock]
    private let isNarrow: Bool
    /// What is subtracted from queries before the product; empty for none.
    private let shift: [Float]
    private let columns: Int
    private let longest: Float
    private let lost: Float

    private static let queryBlock = 128
    private static let centroidBlock = 2048
    /// With fewer columns, or multiply-adds a query, rounding the query costs more than the shorter product saves.
    private static let narrowColumns = 64
    private static let narrowWork = 24_576

    private struct Candidate {
        var row: Int32
        var centroid: Int32
        var score: Float
    }

    /// What is known of one query's scores.
    private struct Bounds {
        /// The two largest so far, the larger first.
        var largest: (Float, Float)
        /// How far any of them can be off.
        var error: Float
        /// A centroid with a lower score is not wanted.
        var least: Float
    }

    /// The memory of one block of queries.
    private struct Workspace {
        let products: UnsafeMutablePointer<Float>
        let moved: UnsafeMutablePointer<Float>
        let narrow: UnsafeMutablePointer<UInt16>
        let bounds: UnsafeMutablePointer<Bounds>
        let indices: UnsafeMutablePointer<Int32>
    }

    /// Packs `centroids`, `k × d` with k and d at least 1; as floats where not `allowsNarrow`.
    init(_ centroids: Matrix, metric: Metric, allowsNarrow: Bool) {
        let isWorth = centroids.columns >= Self.narrowColumns && centroids.rows * centroids.columns >= Self.narrowWork
        let isNarrow = allowsNarrow && isWorth && PackedWeights.multipliesNarrow
        let mean = metric == .euclidean || isNarrow ? CentroidPacking.mean(centroids) : []
        blocks = stride(from: 0, to: centroids.rows, by: Self.centroidBlock).map { start in
            CentroidBlock(
                centroids,
                rows: start..<min(start + Self.centroidBlock, centroids.rows),
                shift: mean,
                metric: metric,
                isNarrow: isNarrow
            )
        }
        self.isNarrow = isNarrow
        shift = metric == .euclidean ? mean : []
        columns = centroids.columns
        longest = blocks.reduce(0) { max($0, $1.longest) }
        lost = blocks.reduce(0) { max($0, $1.lost) }
    }

    /// Calls `body` with the place of a query and the row of a centroid for each of the centroids that can be among the
    /// `wanted` (1 or 2) nearest of the `rows` queries: all of one query after another, rows ascending. None is named for
    /// a query that is not finite.
    @inline(__always)
    func run(_ queries: UnsafePointer<Float>, rows: Int, wanted: Int, _ body: (Int, Int) -> Void) {
        var candidates: [Candidate] = []
        withWorkspace { lane, workspace in
            for start in stride(from: 0, to: rows, by: Self.queryBlock) {
                let count = min(Self.queryBlock, rows - start)
                candidates.removeAll(keepingCapacity: true)
                find(queries + start * columns, rows: count, wanted, lane, workspace, &candidates)
                for candidate in candidates where candidate.score >= workspace.bounds[Int(candidate.row)].least {
                    body(start + Int(candidate.row), Int(candidate.centroid))
                }
            }
        }
    }

    private func withWorkspace(_ body: (GemmLane, Workspace) -> Void) {
        let widest = blocks.reduce(0) { max($0, $1.weights.outputs) }
        let size = Self.queryBlock
        LanePool.withLane { lane in
            let products = lane.scratch.reserve(size * (widest + columns))
            let narrow = lane.narrow.reserve(isNarrow ? size * columns : 1)
            withUnsafeTemporaryAllocation(of: Bounds.self, capacity: size) { bounds in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: widest + 1) { indices in
                    guard let bounds = bounds.baseAddress, let indices = indices.baseAddress else { return }
                    let moved = products + size * widest
                    body(
                        lane,
                        Workspace(products: products, moved: moved, narrow: narrow, bounds: bounds, indices: indices)
                    )
                }
            }
        }
    }

    /// The candidates of at most a block of queries, some of which fall away with the final bounds.
    private func find(
        _ queries: UnsafePointer<Float>,
        rows: Int,
        _ wanted: Int,
        _ lane: GemmLane,
        _ workspace: Workspace,
        _ candidates: inout [Candidate]
    ) {
        let moved = CentroidPacking.moved(queries, rows: rows, by: shift, to: workspace.moved)
        measure(moved, rows: rows, workspace)
        let select = VectorMath.kernels.pointee.select_at_least
        for block in blocks {
            let width = block.weights.outputs
            if isNarrow {
                lane.multiply(narrow: workspace.narrow, rows: rows, by: block.weights, into: workspace.products)
            } else {
                lane.multiply(moved, rows: rows, by: block.weights, into: workspace.products)
            }
            // Apart from the selection, so that it need not wait for each row's bounds.
            for row in 0..<rows { take(workspace.products + row * width, of: block, wanted, &workspace.bounds[row]) }
            for row in 0..<rows {
                let scores = workspace.products + row * width
                let count = select?(workspace.indices, scores, Int64(block.count), workspace.bounds[row].least) ?? 0
                for place in 0..<Int(count) {
                    let index = workspace.indices[place]
                    candidates.append(
                        Candidate(
                            row: Int32(row),
                            centroid: Int32(block.firstRow) + index,
                            score: scores[Int(index)]
                        )
                    )
                }
            }
        }
        if blocks.count > 1 { candidates.sort { ($0.row, $0.centroid) < ($1.row, $1.centroid) } }
    }

    /// Takes the scores of a block into what is known of a query.
    @inline(__always)
    private func take(_ scores: UnsafePointer<Float>, of block: CentroidBlock, _ wanted: Int, _ bounds: inout Bounds) {
        withUnsafeMutableBytes(of: &bounds.largest) { bytes in
            let two = bytes.assumingMemoryBound(to: Float.self).baseAddress
            VectorMath.kernels.pointee.largest_two(two, scores, Int64(block.count))
        }
        bounds.least = (wanted == 1 ? bounds.largest.0 : bounds.largest.1) - 2 * bounds.error
    }

    /// Starts the bounds of some queries, and rounds them where the product wants that.
    private func measure(_ queries: UnsafePointer<Float>, rows: Int, _ workspace: Workspace) {
        let rounding = Float(columns + 16) * 0x1p-24
        for row in 0..<rows {
            let query = queries + row * columns
            var (length, lost) = (Float(0), Float(0))
            if isNarrow {
                (length, lost) = VectorMath.narrow(query, to: workspace.narrow + row * columns, count: columns)
            } else {
                length = VectorMath.dot(query, query, count: columns).squareRoot()
            }
            let off = lost * longest + (length + lost) * self.lost
            let summed = rounding * ((length + lost) * (longest + self.lost) + longest * longest)
            workspace.bounds[row] = Bounds(
                largest: (-.infinity, -.infinity),
                // What is smaller than a normal number may be taken for nought.
                error: off + summed + .leastNormalMagnitude,
                least: -.infinity
            )
        }
    }
}
