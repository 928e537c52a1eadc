extension KDTree {
    private static let partQueries = 256

    /// Finds the nearest points of each row of `queries`.
    func nearest(of queries: Matrix, leavingOutSelf: Bool, lanes: Lanes, to result: NearestWriter) {
        let parts = (queries.rows + Self.partQueries - 1) / Self.partQueries
        lanes.run(parts) { part in
            let positions = part * Self.partQueries..<min((part + 1) * Self.partQueries, queries.rows)
            queries.storage.withUnsafeBufferPointer { storage in
                withView { view in
                    withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension + Self.leafPoints) { scratch in
                        guard let query = scratch.baseAddress else { return }
                        for position in positions {
                            // The points themselves are asked in the tree's order: neighbours find what is in cache.
                            let row = leavingOutSelf ? Int(view.order[position]) : position
                            for column in 0..<dimension { query[column] = Double(storage[row * dimension + column]) }
                            view.nearest(
                                query,
                                leavingOut: leavingOutSelf ? Int32(row) : -1,
                                scratch: query + dimension,
                                to: result.list(row)
                            )
                        }
                    }
                }
            }
        }
    }
}

extension KDTreeView {
    /// Fills `list` with the points nearest to `query`; `scratch` holds a leaf's distances.
    func nearest(
        _ query: UnsafePointer<Double>,
        leavingOut: Int32,
        scratch: UnsafeMutablePointer<Double>,
        to list: NearestList
    ) {
        var list = list
        search(query, limit: { list.limit }) { leaf in
            leafDistances(query, leaf, scratch)
            for offset in 0..<Int(leaf.end - leaf.start) where scratch[offset] <= list.limit {
                let row = order[Int(leaf.start) + offset]
                if row != leavingOut { list.insert(scratch[offset], row) }
            }
        }
    }
}
