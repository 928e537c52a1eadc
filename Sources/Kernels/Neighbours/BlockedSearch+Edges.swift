import CKernels

extension BlockedSearch {
    /// Finds the least edges of rows out of their components, as far as they are less than the best known there.
    func search(
        _ rows: ArraySlice<Int32>,
        within best: [ReachabilityEdge],
        core: [Double],
        component: [Int32],
        _ known: KnownEdges
    ) {
        var best = best
        let d = points.columns
        points.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let graph = EdgeCandidates(points: base, dimension: d, core: core, component: component)
            for first in stride(from: rows.startIndex, to: rows.endIndex, by: Self.blockQueries) {
                let chunk = rows[first..<min(first + Self.blockQueries, rows.endIndex)].filter {
                    known.floor.base[Int($0)] <= best[Int(component[Int($0)])].reach
                }
                guard !chunk.isEmpty else { continue }
                let queries = gathered(chunk[...], base)
                var least = [ReachabilityEdge](repeating: .none, count: chunk.count)
                products(of: queries, count: chunk.count, from: 0) { scores, place in
                    graph.improve(&best[Int(component[Int(chunk[place])])], &least[place], chunk[place], scores)
                }
                for (row, edge) in zip(chunk, least) {
                    // All edges less than the component's best have been measured.
                    let limit = best[Int(component[Int(row)])]
                    known.floor.base[Int(row)] = limit.reach
                    if edge == limit { known.found.base[Int(row)] = edge }
                }
            }
        }
    }
}

/// The graph of mutual reachability, as far as one block of scores shows it.
private struct EdgeCandidates {
    let points: UnsafePointer<Float>
    let dimension: Int
    let core: [Double]
    let component: [Int32]

    /// Lowers a component's best edge, and the least one of `row`, by the edges from `row` to a block of points.
    func improve(
        _ best: inout ReachabilityEdge,
        _ least: inout ReachabilityEdge,
        _ row: Int32,
        _ block: BlockScores
    ) {
        let own = component[Int(row)]
        let ownCore = core[Int(row)]
        let step = 128
        for start in stride(from: 0, to: block.count, by: step) {
            guard ownCore <= best.reach else { return }
            let passing = block.passing(block.limit(best.reach), start..<min(start + step, block.count))
            for place in 0..<passing.count {
                let other = block.first + start + Int(passing[place])
                guard component[other] != own, core[other] <= best.reach else { continue }
                let square = VectorMath.kernels.pointee.exact_squared_distance(
                    points + Int(row) * dimension,
                    points + other * dimension,
                    Int64(dimension)
                )
                let reach = max(square, ownCore, core[other])
                let edge = ReachabilityEdge(row, Int32(other), reach: reach, square: square)
                if edge < best {
                    best = edge
                    least = edge
                }
            }
        }
    }
}
