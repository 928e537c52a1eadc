import CKernels

extension BlockedSearch {
    /// Calls `body` for each point with the points within the radius, itself among them, in ascending order.
    func visit(within square: Double, lanes: Lanes, _ body: @Sendable (Int, ArraySlice<Int32>) -> Void) {
        let parts = (points.rows + Self.blockQueries - 1) / Self.blockQueries
        lanes.run(parts) { part in
            let first = part * Self.blockQueries
            visit(first..<min(first + Self.blockQueries, points.rows), within: square, laterOnly: false, body)
        }
    }

    /// Calls `body` for each point of `rows` with the points within the radius; where `laterOnly`, without most of
    /// those before it.
    func visit(_ rows: Range<Int>, within square: Double, laterOnly: Bool, _ body: (Int, ArraySlice<Int32>) -> Void) {
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.blockQueries) {
            let count = min(Self.blockQueries, rows.upperBound - first)
            points.storage.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                var found = Array(repeating: [Int32](), count: count)
                products(of: base + first * points.columns, count: count, from: laterOnly ? first : 0) { block, row in
                    let query = base + (first + row) * points.columns
                    append(block, within: square, of: query, base, to: &found[row])
                }
                for row in 0..<count { body(first + row, found[row][...]) }
            }
        }
    }

    /// Appends the points of a block within the radius; only those on its rim are measured.
    private func append(
        _ block: BlockScores,
        within square: Double,
        of query: UnsafePointer<Float>,
        _ base: UnsafePointer<Float>,
        to found: inout [Int32]
    ) {
        let (middle, error) = (Float((Double(block.length * block.length) - square) / 2), block.error)
        // The rounding of the middle itself is far below the error.
        let limit = middle - 2 * error
        let passing = block.passing(limit, 0..<block.count)
        for place in 0..<passing.count {
            let offset = Int(passing[place])
            let row = block.first + offset
            if block.scores[offset] < middle + 2 * error {
                let point = base + row * points.columns
                let measured = VectorMath.kernels.pointee.exact_squared_distance(query, point, Int64(points.columns))
                guard measured <= square else { continue }
            }
            found.append(Int32(row))
        }
    }
}
