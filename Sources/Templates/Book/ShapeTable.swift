/// Shapes and where their templates stand: open addressing by the hash itself.
struct ShapeTable: Sendable {
    private var keys: [UInt64]
    private var values: [Int32]
    private var used = 0

    /// How many shapes it has.
    var count: Int { used }

    init(capacity: Int = 64) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        keys = Array(repeating: 0, count: size)
        values = Array(repeating: -1, count: size)
    }

    /// Where the template of a shape stands; nil for an unknown shape.
    @inline(__always)
    func find(_ shape: UInt64) -> Int? {
        let mask = keys.count - 1
        var index = Int(truncatingIfNeeded: shape) & mask
        while values[index] >= 0 {
            if keys[index] == shape { return Int(values[index]) }
            index = (index + 1) & mask
        }
        return nil
    }

    mutating func insert(_ shape: UInt64, _ value: Int) {
        if 2 * (used + 1) > keys.count { grow() }
        let mask = keys.count - 1
        var index = Int(truncatingIfNeeded: shape) & mask
        while values[index] >= 0, keys[index] != shape { index = (index + 1) & mask }
        if values[index] < 0 { used += 1 }
        keys[index] = shape
        values[index] = Int32(value)
    }

    /// Forgets a shape; those behind it move up.
    mutating func remove(_ shape: UInt64) {
        let mask = keys.count - 1
        var hole = Int(truncatingIfNeeded: shape) & mask
        while values[hole] >= 0, keys[hole] != shape { hole = (hole + 1) & mask }
        guard values[hole] >= 0 else { return }
        used -= 1
        var next = (hole + 1) & mask
        while values[next] >= 0 {
            let home = Int(truncatingIfNeeded: keys[next]) & mask
            if (next - home) & mask >= (next - hole) & mask {
                (keys[hole], values[hole]) = (keys[next], values[next])
                hole = next
            }
            next = (next + 1) & mask
        }
        values[hole] = -1
    }

    private mutating func grow() {
        var larger = ShapeTable(capacity: keys.count)
        for (key, value) in zip(keys, values) where value >= 0 { larger.insert(key, Int(value)) }
        self = larger
    }
}
