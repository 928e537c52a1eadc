import Foundation

/// Counts of features by hash: an open-addressed table that is emptied in constant time.
struct FeatureTable {
    private struct Slot {
        var hash: UInt64 = 0
        var weight: Float = 0
        var count: Int32 = 0
        /// The round in which the slot was filled: slots of earlier rounds are empty.
        var round: UInt32 = 0
    }

    private var slots = Array(repeating: Slot(), count: 1024)
    /// The places of the filled slots, in the order in which they were filled.
    private var filled: [Int32] = []
    private var round: UInt32 = 1

    /// Forgets all features.
    mutating func removeAll() {
        filled.removeAll(keepingCapacity: true)
        round &+= 1
        if round == 0 {
            slots = Array(repeating: Slot(), count: slots.count)
            round = 1
        }
    }

    /// Counts a feature once more; its weight is that of the first time.
    @inline(__always)
    mutating func insert(_ hash: UInt64, weight: Float) {
        if filled.count * 2 >= slots.count { grow() }
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].round == round {
            if slots[index].hash == hash {
                slots[index].count += 1
                return
            }
            index = (index + 1) & mask
        }
        slots[index] = Slot(hash: hash, weight: weight, count: 1, round: round)
        filled.append(Int32(index))
    }

    private mutating func grow() {
        let old = filled.map { slots[Int($0)] }
        slots = Array(repeating: Slot(), count: slots.count * 2)
        round = 1
        filled.removeAll(keepingCapacity: true)
        for slot in old {
            insert(slot.hash, weight: slot.weight)
            if let index = filled.last { slots[Int(index)].count = slot.count }
        }
    }

    /// Adds every feature to the element, and with the sign, that its hash names.
    func add(to row: UnsafeMutablePointer<Float>, dimension: Int) {
        for place in filled {
            let slot = slots[Int(place)]
            let value = slot.count == 1 ? slot.weight : slot.weight * (1 + Float(log(Double(slot.count))))
            // The upper half of the hash, scaled to the dimension; the sign is a bit that this does not use.
            let element = Int(((slot.hash >> 32) &* UInt64(dimension)) >> 32)
            row[element] += slot.hash & 0x8000_0000 == 0 ? value : -value
        }
    }
}
