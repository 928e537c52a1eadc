extension KDTree {
    private static let partPoints = 512

    /// Calls `body` for each of the tree's points with its position, its coordinates, and memory for a leaf's
    /// distances.
    func visit(
        lanes: Lanes,
        _ body: @Sendable (KDTreeView, Int, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) {
        lanes.run((count + Self.partPoints - 1) / Self.partPoints) { part in
            let positions = part * Self.partPoints..<min((part + 1) * Self.partPoints, count)
            withPoints { view, query, scratch in
                view.visitPoints(in: positions, query) { body(view, $0, UnsafePointer(query), scratch) }
            }
        }
    }

    /// Joins the marked points that are within a radius of those at `range`, by rows.
    func join(_ sets: inout DisjointSets, _ range: Range<Int>, within square: Double, marked: [Bool]) {
        withPoints { view, query, scratch in
            var joining = Joining(view: view, square: square, sets: sets, nodes: nodes.count, scratch: scratch)
            marked.withUnsafeBufferPointer { marked in
                view.visitPoints(in: range, query) { position in
                    let row = view.order[position]
                    guard marked[Int(row)] else { return }
                    joining.join(row, position: Int32(position), UnsafePointer(query), 0, marked)
                }
            }
            sets = joining.sets
        }
    }

    /// Lends the tree with memory for a point's coordinates and for a leaf's distances.
    func withPoints(
        _ body: (KDTreeView, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) {
        withView { view in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension + Self.leafPoints) { memory in
                guard let query = memory.baseAddress else { return }
                body(view, query, query + dimension)
            }
        }
    }
}

/// Joins points that are near each other, passing over nodes whose points are all in one set already.
private struct Joining {
    let view: KDTreeView
    let square: Double
    var sets: DisjointSets
    /// A row of each node whose marked points are known to be in one set; -1 where they are not, -2 without any.
    private var uniform: [Int32]
    private let scratch: UnsafeMutablePointer<Double>

    init(view: KDTreeView, square: Double, sets: DisjointSets, nodes: Int, scratch: UnsafeMutablePointer<Double>) {
        self.view = view
        self.square = square
        self.sets = sets
        self.scratch = scratch
        uniform = Array(repeating: -1, count: nodes)
    }

    /// Joins `row`, at `position`, with the points after it.
    mutating func join(
        _ row: Int32,
        position: Int32,
        _ query: UnsafePointer<Double>,
        _ index: Int,
        _ marked: UnsafeBufferPointer<Bool>
    ) {
        let node = view.nodes[index]
        guard node.end > position, uniform[index] != -2 else { return }
        if uniform[index] >= 0, sets.root(uniform[index]) == sets.root(row) { return }
        guard view.boxDistance(query, index) <= square else { return }
        if node.right != 0 {
            let (first, second) = (index + 1, Int(node.right))
            join(row, position: position, query, first, marked)
            join(row, position: position, query, second, marked)
            if uniform[index] == -1 { uniform[index] = merged(uniform[first], uniform[second]) }
            return
        }
        view.leafDistances(query, node, scratch)
        for offset in 0..<Int(node.end - node.start) where scratch[offset] <= square {
            let other = view.order[Int(node.start) + offset]
            if marked[Int(other)] { sets.join(row, other) }
        }
        if uniform[index] == -1 {
            var all: Int32 = -2
            for position in Int(node.start)..<Int(node.end) where marked[Int(view.order[position])] {
                all = merged(all, view.order[position])
                if all == -1 { break }
            }
            uniform[index] = all
        }
    }

    private mutating func merged(_ a: Int32, _ b: Int32) -> Int32 {
        if a == -1 || b == -1 { return -1 }
        if a == -2 || b == -2 { return max(a, b) }
        return sets.root(a) == sets.root(b) ? a : -1
    }
}
