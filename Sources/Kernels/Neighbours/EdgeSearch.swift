/// A k-d tree whose nodes know in which component they lie.
struct TreeComponents: Sendable {
    private let tree: KDTree
    /// The square of the core distance at each position.
    private let core: [Double]
    /// The component at each position.
    private let component: [Int32]
    /// The least core distance in each node.
    private var nodeCore: [Double]
    /// The component that each node lies in; -1 for several.
    private var nodeComponent: [Int32]

    init(_ tree: KDTree, core: [Double], component: [Int32]) {
        self.tree = tree
        self.core = core
        self.component = component
        nodeCore = Array(repeating: 0, count: tree.nodes.count)
        nodeComponent = Array(repeating: -1, count: tree.nodes.count)
        for index in tree.nodes.indices.reversed() {
            let node = tree.nodes[index]
            if node.right != 0 {
                let (first, second) = (index + 1, Int(node.right))
                nodeCore[index] = min(nodeCore[first], nodeCore[second])
                nodeComponent[index] = nodeComponent[first] == nodeComponent[second] ? nodeComponent[first] : -1
            } else {
                let positions = Int(node.start)..<Int(node.end)
                let first = component[positions.lowerBound]
                nodeCore[index] = core[positions].min() ?? 0
                nodeComponent[index] = component[positions].allSatisfy { $0 == first } ? first : -1
            }
        }
    }

    /// Finds the least edges of positions out of their components, as far as they are less than the best known there.
    func search(_ positions: ArraySlice<Int32>, within best: [ReachabilityEdge], _ known: KnownEdges) {
        var best = best
        tree.withPoints { view, query, scratch in
            core.withUnsafeBufferPointer { core in
                component.withUnsafeBufferPointer { component in
                    nodeCore.withUnsafeBufferPointer { nodeCore in
                        nodeComponent.withUnsafeBufferPointer { nodeComponent in
                            let search = EdgeSearch(
                                view: view,
                                core: core,
                                nodeCore: nodeCore,
                                component: component,
                                nodeComponent: nodeComponent,
                                query: query,
                                scratch: scratch
                            )
                            for position in positions { search.improve(Int(position), &best, known) }
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
    let core: UnsafeBufferPointer<Double>
    let nodeCore: UnsafeBufferPointer<Double>
    let component: UnsafeBufferPointer<Int32>
    let nodeComponent: UnsafeBufferPointer<Int32>
    let query: UnsafeMutablePointer<Double>
    let scratch: UnsafeMutablePointer<Double>

    func improve(_ position: Int, _ best: inout [ReachabilityEdge], _ known: KnownEdges) {
        let root = Int(component[position])
        guard known.floor.base[position] <= best[root].reach else { return }
        view.copy(position, to: query)
        let edge = least(position, below: best[root])
        known.floor.base[position] = min(edge.reach, best[root].reach)
        if edge < best[root] {
            known.found.base[position] = edge
            best[root] = edge
        }
    }

    /// The least edge at `position` that is less than `limit`, or `limit`.
    private func least(_ position: Int, below limit: ReachabilityEdge) -> ReachabilityEdge {
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
