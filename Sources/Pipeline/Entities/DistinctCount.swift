import Foundation

/// How many different values were seen, in at most 264 bytes: a set of hashes while it is small, HyperLogLog above
/// (Flajolet, Fusy, Gandouet, Meunier 2007; 256 registers, standard error 1.04 / √256 = 6.5 %).
struct DistinctCount: Sendable, Equatable {
    /// Values that are counted exactly.
    static let exact = 32
    private static let registers = 256

    /// Ascending; empty once there is a sketch.
    private(set) var hashes: [UInt64] = []
    /// One register of the longest run of zeros, plus one; empty while there is a set.
    private(set) var sketch: [UInt8] = []

    init() {}

    /// What was stored; sizes that do not fit give an empty count.
    init(hashes: [UInt64], sketch: [UInt8]) {
        guard sketch.isEmpty || (sketch.count == Self.registers && hashes.isEmpty) else { return }
        self.hashes = hashes
        self.sketch = sketch
    }

    /// Adds a value by its hash.
    mutating func insert(_ hash: UInt64) {
        guard sketch.isEmpty else { return register(hash) }
        let place = hashes.firstIndex { $0 >= hash } ?? hashes.endIndex
        if place < hashes.endIndex, hashes[place] == hash { return }
        hashes.insert(hash, at: place)
        guard hashes.count > Self.exact else { return }
        sketch = [UInt8](repeating: 0, count: Self.registers)
        for hash in hashes { register(hash) }
        hashes = []
    }

    private mutating func register(_ hash: UInt64) {
        let index = Int(hash & UInt64(Self.registers - 1))
        let rank = UInt8(min(56, (hash >> 8).leadingZeroBitCount - 8) + 1)
        sketch[index] = Swift.max(sketch[index], rank)
    }

    /// The number of different values.
    var estimate: Double {
        guard !sketch.isEmpty else { return Double(hashes.count) }
        let count = Double(Self.registers)
        let sum = sketch.reduce(0.0) { $0 + exp2(-Double($1)) }
        let raw = 0.7213 / (1 + 1.079 / count) * count * count / sum
        let empty = sketch.count { $0 == 0 }
        // Small numbers are told better by how many registers are still empty (linear counting).
        return raw <= 2.5 * count && empty > 0 ? count * log(count / Double(empty)) : raw
    }
}
