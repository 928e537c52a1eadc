/// A quadtree over points of a plane, its cells in depth-first order, so that walking it is going along an array.
struct PointTree {
    /// A square of the plane.
    struct Cell {
        /// The mean of its points.
        var x: Float
        var y: Float
        /// The number of its points.
        var mass: Float
        /// The square of its side.
        var squaredSide: Float
        /// Where to go on after the cell and all within it.
        var next: Int32
        /// The first of its points in ``order``; the points of a leaf are looked at one by one.
        var first: Int32
        /// The number of points of a leaf; 0 for a cell that is divided.
        var points: Int32
    }

    /// The cells, the whole plane first.
    private(set) var cells: [Cell] = []
    /// The points along the Z-shaped curve through the leaves: neighbours in it are near to each other.
    private(set) var order: [Int32] = []
    /// The points' coordinates in that order.
    private(set) var x: [Float] = []
    private(set) var y: [Float] = []

    /// A leaf holds at most this many points, unless they are equal.
    private static let leafPoints = 6
    private static let depth = 24

    private var codes: [UInt64] = []
    private var side: Float = 0

    /// Sorts the points of `layout` (`n × 2`) in; memory of the tree before is used again.
    mutating func build(_ layout: SharedBuffer<Float>, count: Int) {
        var (lowX, highX, lowY, highY) = (Float.infinity, -Float.infinity, Float.infinity, -Float.infinity)
        for point in 0..<count {
            lowX = min(lowX, layout[2 * point])
            highX = max(highX, layout[2 * point])
            lowY = min(lowY, layout[2 * point + 1])
            highY = max(highY, layout[2 * point + 1])
        }
        side = max(highX - lowX, highY - lowY, .leastNormalMagnitude) * 1.0001
        let scale = Float(1 << Self.depth) / side
        if order.count != count { order = (0..<Int32(count)).map { $0 } }
        var pairs = order.map { point in
            let column = UInt64(max(0, (layout[2 * Int(point)] - lowX) * scale))
            let row = UInt64(max(0, (layout[2 * Int(point) + 1] - lowY) * scale))
            return (code: Self.spread(column) | Self.spread(row) << 1, point: point)
        }
        // Points move little between steps: the order before is almost sorted.
        pairs.sort { ($0.code, $0.point) < ($1.code, $1.point) }
        codes = pairs.map(\.code)
        order = pairs.map(\.point)
        x = order.map { layout[2 * Int($0)] }
        y = order.map { layout[2 * Int($0) + 1] }
        cells.removeAll(keepingCapacity: true)
        if count > 0 { add(0..<count, level: 0) }
    }

    /// Adds the cell of consecutive points and all within it.
    private mutating func add(_ range: Range<Int>, level: Int) {
        let index = cells.count
        let width = side / Float(1 << level)
        cells.append(
            Cell(x: 0, y: 0, mass: Float(range.count), squaredSide: width * width, next: 0, first: 0, points: 0)
        )
        cells[index].first = Int32(range.lowerBound)
        if range.count <= Self.leafPoints || level == Self.depth {
            cells[index].points = Int32(range.count)
            cells[index].x = range.reduce(0) { $0 + x[$1] } / Float(range.count)
            cells[index].y = range.reduce(0) { $0 + y[$1] } / Float(range.count)
        } else {
            let shift = UInt64(2 * (Self.depth - 1 - level))
            var start = range.lowerBound
            var (sumX, sumY) = (Float(0), Float(0))
            for quarter in 0..<UInt64(4) {
                var end = start
                while end < range.upperBound, codes[end] >> shift & 3 == quarter { end += 1 }
                guard end > start else { continue }
                let child = cells.count
                add(start..<end, level: level + 1)
                sumX += cells[child].x * cells[child].mass
                sumY += cells[child].y * cells[child].mass
                start = end
            }
            cells[index].x = sumX / Float(range.count)
            cells[index].y = sumY / Float(range.count)
        }
        cells[index].next = Int32(cells.count)
    }

    /// The low 32 bits with a zero after each.
    private static func spread(_ word: UInt64) -> UInt64 {
        var bits = word & 0xFFFF_FFFF
        bits = (bits | bits << 16) & 0x0000_FFFF_0000_FFFF
        bits = (bits | bits << 8) & 0x00FF_00FF_00FF_00FF
        bits = (bits | bits << 4) & 0x0F0F_0F0F_0F0F_0F0F
        bits = (bits | bits << 2) & 0x3333_3333_3333_3333
        return (bits | bits << 1) & 0x5555_5555_5555_5555
    }
}
