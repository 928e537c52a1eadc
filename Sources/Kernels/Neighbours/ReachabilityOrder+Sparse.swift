extension ReachabilityOrder {
    /// The order by way of a spanning tree: near `n log n` in time for few dimensions, `O(n k)` in memory.
    ///
    /// Prim's algorithm needs no other edges than those of a minimum spanning tree and those that are as good as one
    /// of them. The latter are those from a point to all within its core distance that have no larger one: at that
    /// distance the point joins whatever it reaches first. Edges that are equally long only because distances repeat
    /// are not all known here; which of them is taken may differ from ``init(points:core:)``.
    ///
    /// - Parameters:
    ///   - searcher: the points.
    ///   - core: the square of each row's core distance.
    ///   - table: for each row its nearest others, at least those within its core distance.
    init(_ searcher: SpanningTree.Searcher, core: [Double], table: NeighbourSquares, lanes: Lanes) {
        let spanning = SpanningTree(searcher, core: core, table: table, lanes: lanes)
        self.init(SparseEdges(spanning.edges, core: core, table: table))
    }

    /// Prim's algorithm from the first row along known edges.
    private init(_ edges: SparseEdges) {
        let count = edges.rows
        rows = []
        squares = []
        rows.reserveCapacity(count)
        squares.reserveCapacity(count)
        var reach = [Double](repeating: .infinity, count: count)
        var queue = PriorityQueue()
        queue.insert(square: 0, row: 0)
        while let (square, row) = queue.popFirst() {
            guard reach[Int(row)] >= 0 else { continue }
            reach[Int(row)] = -1
            rows.append(row)
            squares.append(square)
            for edge in edges.starts[Int(row)]..<edges.starts[Int(row) + 1] {
                let (other, square) = (edges.targets[Int(edge)], edges.squares[Int(edge)])
                if square < reach[Int(other)] {
                    reach[Int(other)] = square
                    queue.insert(square: square, row: other)
                }
            }
        }
    }
}

/// Edges both ways, those of a row together.
private struct SparseEdges {
    let rows: Int
    /// Where the edges of each row begin, and the end of all.
    private(set) var starts: [Int32]
    private(set) var targets: [Int32]
    private(set) var squares: [Double]

    init(_ spanning: [ReachabilityEdge], core: [Double], table: NeighbourSquares) {
        rows = core.count
        var starts = [Int32](repeating: 0, count: rows + 1)
        Self.forEach(spanning, core, table) { a, b, _ in
            starts[Int(a) + 1] += 1
            starts[Int(b) + 1] += 1
        }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        var next = starts
        var targets = [Int32](repeating: 0, count: Int(starts[rows]))
        var squares = [Double](repeating: 0, count: targets.count)
        Self.forEach(spanning, core, table) { a, b, square in
            for (from, to) in [(a, b), (b, a)] {
                targets[Int(next[Int(from)])] = to
                squares[Int(next[Int(from)])] = square
                next[Int(from)] += 1
            }
        }
        self.starts = starts
        self.targets = targets
        self.squares = squares
    }

    private static func forEach(
        _ spanning: [ReachabilityEdge],
        _ core: [Double],
        _ table: NeighbourSquares,
        _ body: (Int32, Int32, Double) -> Void
    ) {
        for edge in spanning { body(edge.low, edge.high, edge.reach) }
        for row in core.indices {
            for place in table.places(row) where table.squares[place] <= core[row] {
                let other = table.indices[place]
                if core[Int(other)] <= core[row] { body(Int32(row), other, core[row]) }
            }
        }
    }
}

/// Rows by square, then by number (a binary heap; Williams 1964).
private struct PriorityQueue {
    private var items: [(square: Double, row: Int32)] = []

    private static func isBefore(_ a: (square: Double, row: Int32), _ b: (square: Double, row: Int32)) -> Bool {
        a.square < b.square || (a.square == b.square && a.row < b.row)
    }

    mutating func insert(square: Double, row: Int32) {
        items.append((square, row))
        var place = items.count - 1
        while place > 0, Self.isBefore(items[place], items[(place - 1) / 2]) {
            items.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func popFirst() -> (square: Double, row: Int32)? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return first }
        items[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < items.count {
                if Self.isBefore(items[child], items[least]) { least = child }
            }
            if least == place { return first }
            items.swapAt(place, least)
            place = least
        }
    }
}
