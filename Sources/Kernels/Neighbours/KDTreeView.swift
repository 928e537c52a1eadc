import CKernels

/// A tree's memory, lent for the length of a search.
package struct KDTreeView {
    package let dimension: Int
    package let order: UnsafePointer<Int32>
    package let nodes: UnsafePointer<KDTree.Node>
    let boxes: UnsafePointer<Double>
    let blocks: UnsafePointer<Double>
    /// The points in the tree's order, row by row.
    let points: UnsafePointer<Float>
    private let kernels = VectorMath.kernels

    init(
        dimension: Int,
        order: UnsafePointer<Int32>,
        nodes: UnsafePointer<KDTree.Node>,
        boxes: UnsafePointer<Double>,
        blocks: UnsafePointer<Double>,
        points: UnsafePointer<Float>
    ) {
        self.dimension = dimension
        self.order = order
        self.nodes = nodes
        self.boxes = boxes
        self.blocks = blocks
        self.points = points
    }

    /// The square of the distance from `query` to the box of `node`.
    @inline(__always)
    package func boxDistance(_ query: UnsafePointer<Double>, _ node: Int) -> Double {
        let low = boxes + node * 2 * dimension
        return kernels.pointee.box_distance(low, low + dimension, query, Int64(dimension))
    }

    /// Writes the squares of the distances from `query` to the points of a leaf; `out` holds
    /// ``KDTree/leafPoints`` values.
    @inline(__always)
    package func leafDistances(_ query: UnsafePointer<Double>, _ leaf: KDTree.Node, _ out: UnsafeMutablePointer<Double>)
    {
        let width = (Int(leaf.end - leaf.start) + 7) / 8 * 8
        let block = blocks + Int(leaf.block) * dimension
        kernels.pointee.block_distances(out, block, query, Int64(dimension), Int64(width))
    }

    /// Calls `visit` with every leaf whose box is no farther than `limit`, near ones first where that is cheap to
    /// tell. `limit` may shrink from call to call.
    @inline(__always)
    package func search(
        _ query: UnsafePointer<Double>,
        limit: () -> Double,
        visit: (KDTree.Node) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: (node: Int32, distance: Double).self, capacity: 64) { stack in
            var depth = 1
            stack[0] = (0, boxDistance(query, 0))
            while depth > 0 {
                depth -= 1
                guard stack[depth].distance <= limit() else { continue }
                var index = Int(stack[depth].node)
                while nodes[index].right != 0 {
                    let (first, second) = (index + 1, Int(nodes[index].right))
                    let (toFirst, toSecond) = (boxDistance(query, first), boxDistance(query, second))
                    let firstIsNearer = toFirst <= toSecond
                    stack[depth] = firstIsNearer ? (Int32(second), toSecond) : (Int32(first), toFirst)
                    depth += 1
                    index = firstIsNearer ? first : second
                }
                visit(nodes[index])
            }
        }
    }

    /// Calls `body` with each position; `query` then holds the coordinates of the point there.
    @inline(__always)
    func visitPoints(in positions: Range<Int>, _ query: UnsafeMutablePointer<Double>, _ body: (Int) -> Void) {
        for position in positions {
            copy(position, to: query)
            body(position)
        }
    }

    /// Writes the coordinates of the point at `position` to `query`.
    @inline(__always)
    func copy(_ position: Int, to query: UnsafeMutablePointer<Double>) {
        let row = points + position * dimension
        for column in 0..<dimension { query[column] = Double(row[column]) }
    }

    /// Calls `visit` with the position of each point within the radius of `query`, until it returns false.
    @inline(__always)
    func visit(
        within square: Double,
        of query: UnsafePointer<Double>,
        _ scratch: UnsafeMutablePointer<Double>,
        _ visit: (Int) -> Bool
    ) {
        var limit = square
        search(query, limit: { limit }) { leaf in
            guard limit >= 0 else { return }
            leafDistances(query, leaf, scratch)
            for offset in 0..<Int(leaf.end - leaf.start) where scratch[offset] <= square {
                if !visit(Int(leaf.start) + offset) {
                    limit = -1
                    return
                }
            }
        }
    }

    /// The number of points within the radius of `query`, or a lower one that is `enough`.
    func count(
        within square: Double,
        of query: UnsafePointer<Double>,
        enough: Int,
        _ scratch: UnsafeMutablePointer<Double>
    ) -> Int {
        var count = 0
        visit(within: square, of: query, scratch) { _ in
            count += 1
            return count < enough
        }
        return count
    }
}
