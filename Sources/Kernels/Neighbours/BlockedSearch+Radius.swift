import CKernels

extension BlockedSearch {
    /// Calls `body` for each of `rows` with the points within the radius, itself among them, in ascending order.
    func visit(
        _ rows: [Int32],
        within square: Double,
        lanes: Lanes,
        _ body: @Sendable (Int, ArraySlice<Int32>) -> Void
    ) {
        lanes.run((rows.count + Self.blockQueries - 1) / Self.blockQueries) { part in
            let first = part * Self.blockQueries
            let chunk = rows[first..<min(first + Self.blockQueries, rows.count)]
            visit(chunk, within: square, laterOnly: false, body)
        }
    }

    /// Calls `body` for each of at most ``blockQueries`` ascending rows with the points within the radius; where
    /// `laterOnly`, without most of those before the first row.
    func visit(
        _ rows: ArraySlice<Int32>,
        within square: Double,
        laterOnly: Bool,
        _ body: (Int, ArraySlice<Int32>) -> Void
    ) {
        let d = points.columns
        points.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let first = rows.first else { return }
            var found = Array(repeating: [Int32](), count: rows.count)
            let queries = gathered(rows, base)
            products(of: queries, count: rows.count, from: laterOnly ? Int(first) : 0) { block, place in
                let query = base + Int(rows[rows.startIndex + place]) * d
                append(block, within: square, of: query, base, to: &found[place])
            }
            for (row, others) in zip(rows, found) { body(Int(row), others[...]) }
        }
    }

    /// The rows one after another.
    func gathered(_ rows: ArraySlice<Int32>, _ base: UnsafePointer<Float>) -> [Float] {
        let d = points.columns
        return [Float](unsafeUninitializedCapacity: rows.count * d) { buffer, count in
            count = rows.count * d
            guard let target = buffer.baseAddress else { return }
            for (place, row) in rows.enumerated() {
                (target + place * d).initialize(from: base + Int(row) * d, count: d)
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
        let limit = block.limit(square)
        let passing = block.passing(limit, 0..<block.count)
        for place in 0..<passing.count {
            let offset = Int(passing[place])
            let row = block.first + offset
            if block.scores[offset] < limit + 4 * block.error {
                let point = base + row * points.columns
                let measured = VectorMath.kernels.pointee.exact_squared_distance(query, point, Int64(points.columns))
                guard measured <= square else { continue }
            }
            found.append(Int32(row))
        }
    }
}
