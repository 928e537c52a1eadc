import CKernels

/// The points in the order in which Prim's algorithm reaches them from the first one, by mutual reachability.
///
/// The mutual reachability of two points is the largest of both core distances and their distance (Campello, Moulavi
/// and Sander 2013, definition 3). The order and the gaps hold the whole single-linkage tree: the points that are
/// connected below a height stand side by side, and the largest gap within a range parts it into the two groups that
/// were joined last. Where several points are equally near, the lowest row comes first.
package struct ReachabilityOrder: Sendable, Equatable {
    /// The row at each place.
    package var rows: [Int32]
    /// The square of the mutual reachability to the nearest point before; 0 at the first place.
    package var squares: [Double]

    /// Compares all points with all: `O(n² d)` in time, `O(n d)` in memory.
    ///
    /// - Parameters:
    ///   - points: `n × d`, at least one row.
    ///   - core: the square of each point's core distance.
    package init(points: Matrix, core: [Double]) {
        var remaining = RemainingPoints(points: points, core: core)
        var query = [Double](repeating: 0, count: points.columns)
        rows = []
        squares = []
        rows.reserveCapacity(points.rows)
        squares.reserveCapacity(points.rows)
        var place = 0
        for _ in 0..<points.rows {
            rows.append(remaining.rows[place])
            squares.append(rows.count == 1 ? 0 : remaining.reach[place])
            let queryCore = remaining.take(place, into: &query)
            place = remaining.step(query, queryCore)
        }
    }
}

/// The points that Prim's algorithm has not reached, column by column.
private struct RemainingPoints {
    var rows: [Int32]
    var reach: [Double]
    private var core: [Double]
    private var coordinates: [Double]
    private var stride: Int
    private var left: Int
    private let dimension: Int

    init(points: Matrix, core: [Double]) {
        let (n, d) = (points.rows, points.columns)
        dimension = d
        stride = (n + 7) / 8 * 8
        left = n
        rows = (0..<Int32(n)).map { $0 }
        reach = Array(repeating: .infinity, count: stride)
        self.core = core + Array(repeating: .infinity, count: stride - n)
        coordinates = Array(repeating: 0, count: stride * d)
        for column in 0..<d {
            for row in 0..<n { coordinates[column * stride + row] = Double(points.storage[row * d + column]) }
        }
    }

    /// Takes a point out; returns its core distance, squared.
    mutating func take(_ place: Int, into query: inout [Double]) -> Double {
        for column in 0..<dimension { query[column] = coordinates[column * stride + place] }
        let taken = core[place]
        core[place] = .infinity
        reach[place] = .infinity
        left -= 1
        return taken
    }

    /// Brings the reach of what is left up to date with a point just taken; returns the nearest place.
    mutating func step(_ query: [Double], _ queryCore: Double) -> Int {
        if left < rows.count / 2 { compact() }
        return Int(
            VectorMath.kernels.pointee.reach_step(
                &reach,
                core,
                coordinates,
                query,
                queryCore,
                Int64(dimension),
                Int64(stride)
            )
        )
    }

    /// Leaves out what has been taken; the order stays.
    private mutating func compact() {
        let places = rows.indices.filter { core[$0] < .infinity }
        let width = (places.count + 7) / 8 * 8
        let padding = Array(repeating: Double.infinity, count: width - places.count)
        coordinates = (0..<dimension).flatMap { column in
            places.map { coordinates[column * stride + $0] } + Array(repeating: 0, count: width - places.count)
        }
        rows = places.map { rows[$0] }
        reach = places.map { reach[$0] } + padding
        core = places.map { core[$0] } + padding
        stride = width
    }
}
