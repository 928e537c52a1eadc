/// A k-d tree over points of few dimensions (Bentley 1975), with tight boxes around its nodes.
///
/// Coordinates are doubles, and a distance is summed in the same order as the distance of a box, so that pruning is
/// exact: a box is never farther than a point in it, rounding included.
package struct KDTree: Sendable {
    /// A range of points in the tree's order.
    package struct Node: Sendable {
        /// The first point.
        package var start: Int32
        /// The point after the last.
        package var end: Int32
        /// The second child; the first one is the next node. 0 for a leaf.
        package var right: Int32
        /// Where a leaf's block begins, in points.
        package var block: Int32
    }

    static let leafPoints = 16

    /// The number of columns, `d`.
    package let dimension: Int
    /// The row of each point in the tree's order.
    package let order: [Int32]
    /// The root, then each node's first child with all below it, then the second.
    package let nodes: [Node]
    /// The low corner and the high corner of each node, `2 d` each.
    let boxes: [Double]
    /// The points of each leaf, `d` rows of as many coordinates as the leaf has points, rounded up to a multiple of 8.
    let blocks: [Double]
    /// The points in the tree's order, `n × d`.
    private let rows: [Float]

    /// - Parameter points: `n × d`, finite, at least one row.
    package init(_ points: Matrix) {
        var builder = KDTreeBuilder(points)
        builder.build(0..<points.rows)
        dimension = points.columns
        order = builder.order
        nodes = builder.nodes
        boxes = builder.boxes
        blocks = builder.blocks
        rows = points.selecting(builder.order.map(Int.init)).storage
    }

    /// The number of points.
    package var count: Int { order.count }

    /// Lends the tree's memory.
    @inline(__always)
    package func withView<Result>(_ body: (KDTreeView) -> Result) -> Result {
        order.withUnsafeBufferPointer { order in
            nodes.withUnsafeBufferPointer { nodes in
                boxes.withUnsafeBufferPointer { boxes in
                    blocks.withUnsafeBufferPointer { blocks in
                        rows.withUnsafeBufferPointer { rows in
                            guard let order = order.baseAddress, let nodes = nodes.baseAddress,
                                let boxes = boxes.baseAddress, let blocks = blocks.baseAddress,
                                let rows = rows.baseAddress
                            else { preconditionFailure("a tree has at least one point") }
                            return body(
                                KDTreeView(
                                    dimension: dimension,
                                    order: order,
                                    nodes: nodes,
                                    boxes: boxes,
                                    blocks: blocks,
                                    points: rows
                                )
                            )
                        }
                    }
                }
            }
        }
    }
}

/// Makes the nodes of a tree, halving along the widest side.
private struct KDTreeBuilder {
    var order: [Int32]
    var nodes: [KDTree.Node] = []
    var boxes: [Double] = []
    var blocks: [Double] = []
    private let points: Matrix

    init(_ points: Matrix) {
        self.points = points
        order = (0..<Int32(points.rows)).map { $0 }
        nodes.reserveCapacity(points.rows / 4 + 1)
    }

    mutating func build(_ range: Range<Int>) {
        let node = nodes.count
        nodes.append(
            KDTree.Node(start: Int32(range.lowerBound), end: Int32(range.upperBound), right: 0, block: 0)
        )
        let widest = appendBox(of: range)
        guard range.count > KDTree.leafPoints else {
            appendBlock(of: range, node: node)
            return
        }
        let middle = (range.lowerBound + range.upperBound) / 2
        partition(range, at: middle, along: widest)
        build(range.lowerBound..<middle)
        nodes[node].right = Int32(nodes.count)
        build(middle..<range.upperBound)
    }

    /// Returns the widest side.
    private mutating func appendBox(of range: Range<Int>) -> Int {
        let d = points.columns
        var low = [Float](repeating: .infinity, count: d)
        var high = [Float](repeating: -.infinity, count: d)
        points.storage.withUnsafeBufferPointer { storage in
            for position in range {
                let row = Int(order[position]) * d
                for column in 0..<d {
                    low[column] = min(low[column], storage[row + column])
                    high[column] = max(high[column], storage[row + column])
                }
            }
        }
        boxes.append(contentsOf: low.lazy.map(Double.init))
        boxes.append(contentsOf: high.lazy.map(Double.init))
        var widest = 0
        for column in 1..<max(d, 1) where high[column] - low[column] > high[widest] - low[widest] { widest = column }
        return widest
    }

    private mutating func appendBlock(of range: Range<Int>, node: Int) {
        let d = points.columns
        let width = (range.count + 7) / 8 * 8
        nodes[node].block = Int32(blocks.count / d)
        for column in 0..<d {
            for position in range { blocks.append(Double(points.storage[Int(order[position]) * d + column])) }
            for _ in range.count..<width { blocks.append(.infinity) }
        }
    }

    /// Brings the points in such an order that none before `middle` lies after any of the others (Hoare 1961).
    private mutating func partition(_ range: Range<Int>, at middle: Int, along column: Int) {
        let d = points.columns
        points.storage.withUnsafeBufferPointer { storage in
            order.withUnsafeMutableBufferPointer { order in
                var (low, high) = (range.lowerBound, range.upperBound - 1)
                while low < high {
                    let pivot = storage[Int(order[(low + high) / 2]) * d + column]
                    var (left, right) = (low, high)
                    while left <= right {
                        while storage[Int(order[left]) * d + column] < pivot { left += 1 }
                        while storage[Int(order[right]) * d + column] > pivot { right -= 1 }
                        if left <= right {
                            order.swapAt(left, right)
                            left += 1
                            right -= 1
                        }
                    }
                    if middle <= right { high = right } else if middle >= left { low = left } else { return }
                }
            }
        }
    }
}
