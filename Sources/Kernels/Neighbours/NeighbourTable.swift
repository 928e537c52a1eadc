/// The nearest points of each row of a matrix, exactly.
public struct NeighbourTable: Sendable, Equatable {
    /// The number of neighbours of each row, `k`; fewer than asked for where there are not so many points.
    public let neighbours: Int
    /// The rows of the neighbours: `n × k`, row-major, nearest first; equal distances go to the lower row.
    public let indices: [Int32]
    /// The distances of the neighbours, `n × k`, ascending in each row. Under ``Metric/cosine`` half the squared
    /// distance of the unit vectors, which is `1 - a·b` without its cancellation.
    public let distances: [Float]

    /// The number of rows, `n`.
    public var rows: Int { neighbours > 0 ? indices.count / neighbours : 0 }

    /// The rows nearest to `row`, nearest first.
    public func indices(of row: Int) -> ArraySlice<Int32> {
        indices[row * neighbours..<(row + 1) * neighbours]
    }

    /// How far ``indices(of:)`` are.
    public func distances(of row: Int) -> ArraySlice<Float> {
        distances[row * neighbours..<(row + 1) * neighbours]
    }
}
