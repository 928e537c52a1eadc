import Synchronization

/// The graph that joins every two points within a radius of each other; it is walked, never stored.
package struct RadiusGraph: Sendable {
    private let index: PointIndex
    /// The square of the radius.
    private let square: Double

    /// - Parameters:
    ///   - index: the points.
    ///   - square: the square of the radius; points at exactly the radius are joined.
    package init(_ index: PointIndex, square: Double) {
        self.index = index
        self.square = square
    }

    /// Which points have at least `least` points within the radius, themselves counted.
    package func dense(_ least: Int, lanes: Lanes) -> [Bool] {
        [Bool].shared(index.points.rows) { result in
            if let tree = index.tree {
                tree.visit(lanes: lanes) { view, position, query, scratch in
                    let count = view.count(within: square, of: query, enough: least, scratch)
                    (result.base + Int(view.order[position])).initialize(to: count >= least)
                }
            } else {
                let all = Array(0..<Int32(index.points.rows))
                index.blocks?.visit(all, within: square, lanes: lanes) { row, others in
                    (result.base + row).initialize(to: others.count >= least)
                }
            }
        }
    }

    /// For each point that is `marked`, a point that stands for all marked ones that can be reached from it by way of
    /// marked ones; -1 for the others.
    package func components(of marked: [Bool], lanes: Lanes) -> [Int32] {
        let rows = index.points.rows
        // How the work is cut does not show: what is connected is so in whatever order it is found.
        let parts = max(1, min(lanes.count, rows / 512))
        let asking = (0..<Int32(rows)).filter { marked[Int($0)] }
        let found = Mutex([DisjointSets]())
        lanes.run(parts) { part in
            var sets = DisjointSets(rows)
            if let tree = index.tree {
                tree.join(&sets, rows * part / parts..<rows * (part + 1) / parts, within: square, marked: marked)
            } else {
                // Dealt out by turns: a row asks only those after it, so that early rows take longer.
                for chunk in stride(from: part * 128, to: asking.count, by: parts * 128) {
                    let rows = asking[chunk..<min(chunk + 128, asking.count)]
                    index.blocks?.visit(rows, within: square, laterOnly: true) { row, others in
                        for other in others where marked[Int(other)] { sets.join(Int32(row), other) }
                    }
                }
            }
            found.withLock { $0.append(sets) }
        }
        return found.withLock { found in
            var sets = found.removeLast()
            for var other in found { for row in 0..<Int32(rows) { sets.join(row, other.root(row)) } }
            return (0..<Int32(rows)).map { marked[Int($0)] ? sets.root($0) : -1 }
        }
    }

    /// For each point, the lowest of the values of the marked points within its radius; -1 for none. Values are not
    /// negative where a point is marked, and -1 elsewhere; a marked point keeps its own.
    package func lowest(_ values: [Int32], lanes: Lanes) -> [Int32] {
        [Int32].shared(index.points.rows) { result in
            if let tree = index.tree {
                tree.visit(lanes: lanes) { view, position, query, scratch in
                    let row = Int(view.order[position])
                    var lowest = values[row]
                    if lowest < 0 {
                        view.visit(within: square, of: query, scratch) { other in
                            let value = values[Int(view.order[other])]
                            if value >= 0, lowest < 0 || value < lowest { lowest = value }
                            return true
                        }
                    }
                    (result.base + row).initialize(to: lowest)
                }
            } else {
                result.base.initialize(from: values, count: values.count)
                let open = (0..<Int32(values.count)).filter { values[Int($0)] < 0 }
                index.blocks?.visit(open, within: square, lanes: lanes) { row, others in
                    let lowest = others.reduce(Int32.max) { lowest, other in
                        values[Int(other)] < 0 ? lowest : min(lowest, values[Int(other)])
                    }
                    if lowest < .max { result.base[row] = lowest }
                }
            }
        }
    }
}
