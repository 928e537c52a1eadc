/// The minimum spanning tree of the graph of mutual reachability, by rounds in which every component takes the least
/// edge that leaves it (Borůvka 1926), found in a k-d tree (March, Ram and Gray 2010) or by blocked products.
///
/// A point keeps what it found while that stays outside its component; then it looks into the table of its nearest
/// neighbours, and only then at all points, within the best that its component has. The largest component does not
/// search: the others join it.
struct SpanningTree {
    /// What all points are searched by. A tree has positions of its own; without one, they are the rows.
    enum Searcher {
        case tree(KDTree)
        case blocks(BlockedSearch)
    }

    /// The edges, `n - 1`, between rows.
    private(set) var edges: [ReachabilityEdge] = []

    private let searcher: Searcher
    private let count: Int
    private let table: NeighbourSquares
    /// The square of the core distance at each position.
    private let core: [Double]
    private var sets: DisjointSets
    /// The component at each position.
    private var component: [Int32]
    /// The least edge known at each position.
    private var found: [ReachabilityEdge]
    /// No edge at the position that leaves its component has less reach.
    private var floor: [Double]

    /// - Parameters:
    ///   - searcher: the points.
    ///   - core: the square of each row's core distance.
    ///   - table: some nearest neighbours of each row.
    init(_ searcher: Searcher, core: [Double], table: NeighbourSquares, lanes: Lanes) {
        self.searcher = searcher
        count = core.count
        let order: [Int32]?
        switch searcher {
        case .tree(let tree):
            order = tree.order
            self.core = tree.order.map { core[Int($0)] }
            self.table = table.reordered(tree.order)
        case .blocks:
            order = nil
            self.core = core
            self.table = table
        }
        sets = DisjointSets(count)
        component = Array(0..<Int32(count))
        found = Array(repeating: .none, count: count)
        floor = self.core
        edges.reserveCapacity(count - 1)
        while edges.count < count - 1 { round(lanes) }
        if let order {
            edges = edges.map { edge in
                ReachabilityEdge(order[Int(edge.low)], order[Int(edge.high)], reach: edge.reach, square: edge.square)
            }
        }
    }

    private mutating func round(_ lanes: Lanes) {
        for position in 0..<Int32(count) { component[Int(position)] = sets.root(position) }
        var sizes = [Int32](repeating: 0, count: count)
        for root in component { sizes[Int(root)] += 1 }
        let largest = sizes.indices.max { (sizes[$0], $1) < (sizes[$1], $0) } ?? 0
        var best = [ReachabilityEdge](repeating: .none, count: count)
        for position in 0..<count where component[position] != largest {
            recall(position)
            let root = Int(component[position])
            if found[position] < best[root] { best[root] = found[position] }
        }
        search(largest: Int32(largest), best, lanes)
        for position in 0..<count where component[position] != largest {
            let root = Int(component[position])
            if found[position] < best[root] { best[root] = found[position] }
        }
        for edge in best where edge.reach < .infinity && sets.root(edge.low) != sets.root(edge.high) {
            sets.join(edge.low, edge.high)
            edges.append(edge)
        }
    }

    /// Brings what is known at a position up to date without a search.
    private mutating func recall(_ position: Int) {
        let own = component[position]
        let known = found[position]
        if known.reach < .infinity {
            let other = Int(known.low) == position ? known.high : known.low
            if component[Int(other)] != own { return }
        }
        found[position] = .none
        guard floor[position] <= table.last(position) else { return }
        var best = ReachabilityEdge.none
        for place in table.places(position) where component[Int(table.indices[place])] != own {
            let (other, square) = (table.indices[place], table.squares[place])
            let reach = max(square, core[position], core[Int(other)])
            best = min(best, ReachabilityEdge(Int32(position), other, reach: reach, square: square))
        }
        // Whoever is not in the table is no nearer than the last one in it.
        floor[position] = max(floor[position], min(best.reach, table.last(position)))
        if best.reach <= table.last(position) { found[position] = best }
    }

    /// Searches for every position that may know of a lesser edge than its component.
    private mutating func search(largest: Int32, _ best: [ReachabilityEdge], _ lanes: Lanes) {
        let (searcher, core, component) = (searcher, core, component)
        let asking = (0..<Int32(count)).filter { position in
            let place = Int(position)
            return component[place] != largest && found[place].reach == .infinity
                && floor[place] <= best[Int(component[place])].reach
        }
        // How the positions are cut decides how much is searched, not what is the least edge of a component.
        let parts = max(1, min(lanes.count, asking.count / 256))
        let cut = { @Sendable (part: Int) in asking[asking.count * part / parts..<asking.count * (part + 1) / parts] }
        found.withUnsafeMutableBufferPointer { found in
            floor.withUnsafeMutableBufferPointer { floor in
                let known = KnownEdges(found: SharedMemory(found), floor: SharedMemory(floor))
                switch searcher {
                case .tree(let tree):
                    let nodes = TreeComponents(tree, core: core, component: component)
                    lanes.run(parts) { nodes.search(cut($0), within: best, known) }
                case .blocks(let blocks):
                    lanes.run(parts) {
                        blocks.search(cut($0), within: best, core: core, component: component, known)
                    }
                }
            }
        }
    }
}

/// What positions know of edges; a position's places belong to whoever searches for it.
struct KnownEdges: Sendable {
    let found: SharedMemory<ReachabilityEdge>
    let floor: SharedMemory<Double>
}
