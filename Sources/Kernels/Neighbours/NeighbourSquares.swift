/// The nearest neighbours of each point with the squares of their distances: `n × k`, nearest first.
struct NeighbourSquares: Sendable {
    let k: Int
    let indices: [Int32]
    let squares: [Double]

    /// The square of the distance to the last neighbour of a point; 0 where there are none.
    func last(_ point: Int) -> Double { k > 0 ? squares[point * k + k - 1] : 0 }

    /// Where the neighbours of a point stand.
    func places(_ point: Int) -> Range<Int> { point * k..<(point + 1) * k }

    /// The same for points in another order, and with their new places as indices.
    func reordered(_ order: [Int32]) -> NeighbourSquares {
        var position = [Int32](repeating: 0, count: order.count)
        for (place, row) in order.enumerated() { position[Int(row)] = Int32(place) }
        var (indices, squares) = ([Int32](), [Double]())
        indices.reserveCapacity(order.count * k)
        squares.reserveCapacity(order.count * k)
        for row in order {
            for place in places(Int(row)) {
                indices.append(position[Int(self.indices[place])])
                squares.append(self.squares[place])
            }
        }
        return NeighbourSquares(k: k, indices: indices, squares: squares)
    }
}
