/// The forces of t-SNE on points of a plane (van der Maaten 2014, equations 8 and 9).
struct PlaneForces {
    typealias Floats = SIMD8<Float>

    /// What pushes eight points of the tree's order from `first` on: the sums of `q² (y_i - y_j)` and of `q` over all
    /// other points, far ones put together. Lanes behind the last point repeat it and mean nothing.
    static func repulsion(_ first: Int, in tree: PointTree, squaredAngle: Float) -> (x: Floats, y: Floats, sum: Floats)
    {
        tree.cells.withUnsafeBufferPointer { cells in
            tree.x.withUnsafeBufferPointer { xs in
                tree.y.withUnsafeBufferPointer { ys in
                    repulsion(first, cells, xs, ys, squaredAngle)
                }
            }
        }
    }

    private static func repulsion(
        _ first: Int,
        _ cells: UnsafeBufferPointer<PointTree.Cell>,
        _ xs: UnsafeBufferPointer<Float>,
        _ ys: UnsafeBufferPointer<Float>,
        _ squaredAngle: Float
    ) -> (x: Floats, y: Floats, sum: Floats) {
        var (ownX, ownY) = (Floats(repeating: 0), Floats(repeating: 0))
        for lane in 0..<8 {
            let place = min(first + lane, xs.count - 1)
            ownX[lane] = xs[place]
            ownY[lane] = ys[place]
        }
        var (forceX, forceY, sum) = (Floats(repeating: 0), Floats(repeating: 0), Floats(repeating: 0))
        @inline(__always)
        func push(_ x: Float, _ y: Float, _ mass: Float) {
            let (dx, dy) = (ownX - x, ownY - y)
            let q = 1 / (dx * dx + dy * dy + 1)
            let weighted = q * mass
            sum += weighted
            forceX += weighted * q * dx
            forceY += weighted * q * dy
        }
        var index = 0
        while index < cells.count {
            let cell = cells[index]
            let (dx, dy) = (ownX - cell.x, ownY - cell.y)
            if (dx * dx + dy * dy).min() * squaredAngle > cell.squaredSide {
                push(cell.x, cell.y, cell.mass)
                index = Int(cell.next)
            } else if cell.points > 0 {
                for place in Int(cell.first)..<Int(cell.first + cell.points) { push(xs[place], ys[place], 1) }
                index = Int(cell.next)
            } else {
                index += 1
            }
        }
        // Each point has met itself once, at distance 0.
        return (forceX, forceY, sum - 1)
    }

    /// What pulls a point towards its neighbours: the sum of `p q (y_i - y_j)`.
    @inline(__always)
    static func attraction(_ row: Int, _ graph: SparseGraph, _ layout: SharedBuffer<Float>) -> (x: Float, y: Float) {
        let (ownX, ownY) = (layout[2 * row], layout[2 * row + 1])
        var (forceX, forceY) = (Floats(repeating: 0), Floats(repeating: 0))
        let range = graph.range(row)
        return graph.columns.withUnsafeBufferPointer { columns in
            graph.weights.withUnsafeBufferPointer { weights in
                var edge = range.lowerBound
                while edge < range.upperBound {
                    var (x, y, p) = (Floats(repeating: ownX), Floats(repeating: ownY), Floats(repeating: 0))
                    for lane in 0..<min(8, range.upperBound - edge) {
                        let other = 2 * Int(columns[edge + lane])
                        x[lane] = layout[other]
                        y[lane] = layout[other + 1]
                        p[lane] = weights[edge + lane]
                    }
                    let (dx, dy) = (ownX - x, ownY - y)
                    let force = p / (dx * dx + dy * dy + 1)
                    forceX += force * dx
                    forceY += force * dy
                    edge += 8
                }
                return (forceX.sum(), forceY.sum())
            }
        }
    }
}
