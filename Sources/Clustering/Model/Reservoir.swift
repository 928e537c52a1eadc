import Foundation
import HeapModule
import Kernels

/// A bounded sample of the stream in which a record's chance fades with the half-life.
///
/// Efraimidis and Spirakis 2006 ("Weighted random sampling with a reservoir", algorithm A) with the weights of forward
/// decay (Cormode et al. 2009): weight `2^clock`, key `u^(1/weight)`. In logarithms the records with the lowest
/// `ln(-ln u) - clock·ln 2` stay, a rank that never changes, so that samples merge by keeping the lowest of both.
public struct Reservoir: Sendable, Equatable {
    /// A record's place in the heap of ranks.
    struct Ranked: Sendable, Comparable {
        let priority: Double
        let record: UInt64
        let slot: Int

        static func < (a: Ranked, b: Ranked) -> Bool {
            (a.priority, a.record) < (b.priority, b.record)
        }
    }

    /// The sampled records; a record keeps its slot until another takes its place.
    public private(set) var slots: [StoredRecord] = []
    private var ranks = Heap<Ranked>()

    init() {}

    /// Rebuilds a reservoir from its slots.
    init(slots: [StoredRecord]) {
        self.slots = slots
        ranks = Heap(
            slots.enumerated().map { Ranked(priority: $1.priority, record: $1.record, slot: $0) }
        )
    }

    /// The records that stand for the faded stream at `clock`, in order of slot: each with a chance in proportion to its
    /// weight.
    ///
    /// While the reservoir is not full it holds old records as surely as new ones. Of those a share `2^-age` is taken: the
    /// ones whose draw `u` (anew from the rank) lies below it. In a full reservoir of less than the stream's faded
    /// weight the ranks have seen to it.
    func living(at clock: Double) -> [StoredRecord] {
        slots.filter { Self.isLiving($0, at: clock) }
    }

    private static func isLiving(_ record: StoredRecord, at clock: Double) -> Bool {
        let weight = Forgetting.factor(from: record.clock, to: clock)
        let draw = exp(record.priority + record.clock * naturalLogarithmOfTwo)
        return weight >= 1 || draw < -log1p(-weight)
    }

    /// Up to `count` of the records that ``living(at:)`` gives, drawn without looking at all of them.
    func drawn(_ count: Int, at clock: Double, generator: inout SeededGenerator) -> [StoredRecord] {
        guard slots.count > 4 * count else {
            var living = living(at: clock)
            // A partial shuffle (Fisher and Yates).
            for place in 0..<min(count, living.count) {
                living.swapAt(place, Int.random(in: place..<living.count, using: &generator))
            }
            return Array(living.prefix(count))
        }
        var seen: Set<Int> = []
        var drawn: [StoredRecord] = []
        for _ in 0..<8 * count where drawn.count < count {
            let slot = Int.random(in: slots.indices, using: &generator)
            if seen.insert(slot).inserted, Self.isLiving(slots[slot], at: clock) { drawn.append(slots[slot]) }
        }
        return drawn
    }

    /// As ``living(at:)``, without the records before number `since`.
    func living(at clock: Double, since: UInt64) -> [StoredRecord] {
        let living = living(at: clock)
        return since == 0 ? living : living.filter { $0.record >= since }
    }

    private static let naturalLogarithmOfTwo = 0.693_147_180_559_945_3

    /// The rank above which a record has no chance; infinite until the reservoir is full.
    func limit(capacity: Int) -> Double {
        slots.count < capacity ? .infinity : ranks.max?.priority ?? .infinity
    }

    /// Lets a record in if its rank is low enough.
    mutating func offer(_ candidate: StoredRecord, capacity: Int) {
        if slots.count < capacity {
            ranks.insert(Ranked(priority: candidate.priority, record: candidate.record, slot: slots.count))
            slots.append(candidate)
        } else if let worst = ranks.max, (candidate.priority, candidate.record) < (worst.priority, worst.record) {
            slots[worst.slot] = candidate
            ranks.replaceMax(with: Ranked(priority: candidate.priority, record: candidate.record, slot: worst.slot))
        }
    }

    /// The rank of record number `record` that arrives at `clock`: it depends on the seed and the number alone.
    static func priority(seed: UInt64, record: UInt64, clock: Double) -> Double {
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed ^ 0x5EED) ^ SeededGenerator.mix(record &+ 1))
        return log(-log(generator.nextUniform())) - clock * naturalLogarithmOfTwo
    }

    /// Equal slots.
    public static func == (a: Reservoir, b: Reservoir) -> Bool { a.slots == b.slots }
}
