import CKernels

extension CentroidIndex {
    /// Writes the row of the nearest centroid of each of `rows` queries that lie one after another at `queries`; nought
    /// for a query that is not finite.
    ///
    /// Half the work of ``search(_:rows:lanes:)`` beside the product: no second, and no distances. Of two centroids that
    /// are equally near but for rounding, either may be named; which one depends on the query and the centroids alone.
    package func nearest(_ queries: UnsafePointer<Float>, rows: Int, into labels: UnsafeMutablePointer<Int32>) {
        guard !blocks.isEmpty else {
            for (row, pair) in search(queries, rows: rows).enumerated() { labels[row] = max(0, pair.first) }
            return
        }
        let d = centroids.columns
        let widest = blocks.reduce(0) { max($0, $1.weights.outputs) }
        LanePool.withLane { lane in
            let products = lane.scratch.reserve(Self.queryBlock * (widest + shift.count))
            let moved = products + Self.queryBlock * widest
            withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.queryBlock) { best in
                guard let best = best.baseAddress else { return }
                for start in stride(from: 0, to: rows, by: Self.queryBlock) {
                    let count = min(Self.queryBlock, rows - start)
                    best.initialize(repeating: -.infinity, count: count)
                    (labels + start).update(repeating: 0, count: count)
                    let block = CentroidPacking.moved(queries + start * d, rows: count, by: shift, to: moved)
                    largest(block, rows: count, lane, products, best, labels + start)
                }
            }
        }
    }

    private func largest(
        _ queries: UnsafePointer<Float>,
        rows: Int,
        _ lane: GemmLane,
        _ products: UnsafeMutablePointer<Float>,
        _ best: UnsafeMutablePointer<Float>,
        _ labels: UnsafeMutablePointer<Int32>
    ) {
        let find = VectorMath.kernels.pointee.largest
        for block in blocks {
            lane.multiply(queries, rows: rows, by: block.weights, into: products)
            let (width, count, first) = (block.weights.outputs, Int64(block.count), Int32(block.firstRow))
            for row in 0..<rows { _ = find?(best + row, labels + row, products + row * width, count, first) }
        }
    }
}
