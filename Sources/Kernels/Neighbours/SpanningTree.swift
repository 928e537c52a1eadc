/// An edge of the graph of mutual reachability, between positions of a tree's order.
///
/// Edges are ordered by reachability, then by distance, then by position, so that no two are equal and the least of
/// several does not depend on the order of the search.
struct ReachabilityEdge: Comparable, Sendable {
    /// The square of the mutual reachability.
    var reach: Double
    /// The square of the distance.
    var square: Double
    /// The lower position.
    var low: Int32
    /// The higher position.
    var high: Int32

    /// Greater than any edge.
    static let none = ReachabilityEdge(reach: .infinity, square: .infinity, low: .max, high: .max)

    init(reach: Double, square: Double, low: Int32, high: Int32) {
        self.reach = reach
        self.square = square
        self.low = low
        self.high = high
    }

    @inline(__always)
    init(_ a: Int32, _ b: Int32, reach: Double, square: Double) {
        self.init(reach: reach, square: square, low: min(a, b), high: max(a, b))
    }

    @inline(__always)
    static func < (a: Self, b: Self) -> Bool {
        if a.reach != b.reach { return a.reach < b.reach }
        if a.square != b.square { return a.square < b.square }
        return a.low != b.low ? a.low < b.low : a.high < b.high
    }

    /// Whether an edge of at least this reach and this length may be less.
    @inline(__always)
    func admits(reach: Double, square: Double) -> Bool {
        reach < self.reach || (reach == self.reach && square <= self.square)
    }
}

/// The minimum spanning tree of the graph of mutual reachability, by rounds in which every component takes the least
/// edge that leaves it (Borůvka 1926), found in a k-d tree (March, Ram and Gray 2010).
///
/// A point keeps what it found while that stays outside its component; then it looks into the table of its nearest
/// neighbours, and only then into the tree, within the best that its component has. The largest component does not
/// search: the others join it.
struct SpanningTree {
    /// The edges, `n - 1`.
    private(set) var edges: [ReachabilityEdge] = []

    private let tree: KDTree
    private let table: NeighbourSquares
    /// The square of the core distance at each position.
    private let core: [Double]
    /// The least core distance in each node.
    private let nodeCore: [Double]
    private var sets: DisjointSets
    /// The component at each position.
    private var component: [Int32]
    /// The component that each node lies in; -1 for several.
    private var nodeComponent: [Int32]
    /// The least edge known at each position.
    private var found: [ReachabilityEdge]
    /// No edge at the position that leaves its component has less reach.
    private var floor: [Double]

    /// - Parameters:
    ///   - tree: the points.
    ///   - core: the square of each row's core distance.
    ///   - table: some nearest neighbours of each row.
    init(_ tree: KDTree, core: [Double], table: NeighbourSquares, lanes: Lanes) {
        self.tree = tree
        self.table = table.reordered(tree.order)
        self.core = tree.order.map { core[Int($0)] }
        sets = DisjointSets(tree.count)
        component = Array(0..<Int32(tree.count))
        found = Array(repeating: .none, count: tree.count)
        floor = self.core
        nodeComponent = Array(repeating: -1, count: tree.nodes.count)
        let positions = self.core
        nodeCore = tree.nodes.map { positions[Int($0.start)..<Int($0.end)].min() ?? 0 }
        edges.reserveCapacity(tree.count - 1)
        while edges.count < tree.count - 1 { round(lanes) }
    }

    private mutating func round(_ lanes: Lanes) {
        for position in 0..<Int32(tree.count) { component[Int(position)] = sets.root(position) }
        markNodes()
        var sizes = [Int32](repeating: 0, count: tree.count)
        for root in component { sizes[Int(root)] += 1 }
        let largest = sizes.indices.max { (sizes[$0], $1) < (sizes[$1], $0) } ?? 0
        var best = [ReachabilityEdge](repeating: .none, count: tree.count)
        for position in 0..<tree.count where component[position] != largest {
            recall(position)
            let root = Int(component[position])
            if found[position] < best[root] { best[root] = found[position] }
        }
        search(largest: Int32(largest), best, lanes)
        for position in 0..<tree.count where component[position] != largest {
            let root = Int(component[position])
            if found[position] < best[root] { best[root] = found[position] }
        }
        for edge in best where edge.reach < .infinity && sets.root(edge.low) != sets.root(edge.high) {
            sets.join(edge.low, edge.high)
            edges.append(edge)
        }
    }

    private mutating func markNodes() {
        for index in tree.nodes.indices.reversed() {
            let node = tree.nodes[index]
            if node.right != 0 {
                let (first, second) = (nodeComponent[index + 1], nodeComponent[Int(node.right)])
                nodeComponent[index] = first == second ? first : -1
            } else {
                let first = component[Int(node.start)]
                let isUniform = component[Int(node.start)..<Int(node.end)].allSatisfy { $0 == first }
                nodeComponent[index] = isUniform ? first : -1
            }
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

    /// Searches the tree for every position that may know of a lesser edge than its component.
    private mutating func search(largest: Int32, _ best: [ReachabilityEdge], _ lanes: Lanes) {
        // How the positions are cut decides how much is searched, not what is the least edge of a component.
        let parts = max(1, min(lanes.count, tree.count / 1024))
        let count = tree.count
        let (tree, core, nodeCore, component, nodeComponent) = (tree, core, nodeCore, component, nodeComponent)
        found.withUnsafeMutableBufferPointer { found in
            floor.withUnsafeMutableBufferPointer { floor in
                let (found, floor) = (SharedMemory(found), SharedMemory(floor))
                lanes.run(parts) { part in
                    var best = best
                    tree.withPoints { view, query, scratch in
                        let search = EdgeSearch(
                            view: view,
                            core: core,
                            nodeCore: nodeCore,
                            component: component,
                            nodeComponent: nodeComponent,
                            query: query,
                            scratch: scratch
                        )
                        for position in count * part / parts..<count * (part + 1) / parts {
                            let own = component[position]
                            let root = Int(own)
                            guard own != largest, found.base[position].reach == .infinity,
                                floor.base[position] <= best[root].reach
                            else { continue }
                            view.copy(position, to: query)
                            let edge = search.least(position, below: best[root])
                            floor.base[position] = min(edge.reach, best[root].reach)
                            if edge < best[root] {
                                found.base[position] = edge
                                best[root] = edge
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The search of one point's least edge out of its component.
private struct EdgeSearch {
    let view: KDTreeView
    let core: [Double]
    let nodeCore: [Double]
    let component: [Int32]
    let nodeComponent: [Int32]
    let query: UnsafeMutablePointer<Double>
    let scratch: UnsafeMutablePointer<Double>

    /// The least edge at `position` that is less than `limit`, or `limit`.
    func least(_ position: Int, below limit: ReachabilityEdge) -> ReachabilityEdge {
        var limit = limit
        let (own, ownCore) = (component[position], core[position])
        func admits(_ node: Int, _ square: Double) -> Bool {
            nodeComponent[node] != own && limit.admits(reach: max(square, ownCore, nodeCore[node]), square: square)
        }
        withUnsafeTemporaryAllocation(of: (node: Int32, square: Double).self, capacity: 64) { stack in
            stack[0] = (0, 0)
            var depth = 1
            while depth > 0 {
                depth -= 1
                let (index, square) = (Int(stack[depth].node), stack[depth].square)
                guard admits(index, square) else { continue }
                let node = view.nodes[index]
                guard node.right != 0 else {
                    view.leafDistances(query, node, scratch)
                    for offset in 0..<Int(node.end - node.start) {
                        let other = Int(node.start) + offset
                        let reach = max(scratch[offset], ownCore, core[other])
                        guard reach <= limit.reach, component[other] != own else { continue }
                        limit = min(
                            limit,
                            ReachabilityEdge(Int32(position), Int32(other), reach: reach, square: scratch[offset])
                        )
                    }
                    continue
                }
                let (first, second) = (index + 1, Int(node.right))
                let (toFirst, toSecond) = (view.boxDistance(query, first), view.boxDistance(query, second))
                // The nearer one last, so that it is searched next.
                stack[depth] = toFirst <= toSecond ? (Int32(second), toSecond) : (Int32(first), toFirst)
                stack[depth + 1] = toFirst <= toSecond ? (Int32(first), toFirst) : (Int32(second), toSecond)
                depth += 2
            }
        }
        return limit
    }
}
