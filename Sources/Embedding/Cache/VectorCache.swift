import Synchronization

/// Vectors by text, bounded by the memory that they take; any number of lanes use it at the same time.
///
/// Texts are spread over shards by their hashes, each with a lock of its own that is held for one look-up. In a shard
/// the one that has not been asked for since the hand of the clock last came by makes room (Corbató 1968).
final class VectorCache: Sendable {
    /// What an entry costs beyond its text and vector: hash table, slot and string header.
    private static let overhead = 96
    private static let shardCount = 16

    private struct Slot {
        var text: String
        var hash: TextHash
        var cost: Int
        var wasUsed = false
    }

    private struct Shard {
        var index: [TextHash: Int] = [:]
        var slots: [Slot] = []
        /// The vector of slot i begins at `i * dimension`.
        var vectors: [Float] = []
        var hand = 0
        var bytes = 0
    }

    private final class Guarded: Sendable {
        let shard = Mutex(Shard())
    }

    private let shards = (0..<shardCount).map { _ in Guarded() }
    private let dimension: Int
    private let shardBytes: Int
    private let hits = Atomic<Int>(0)
    private let lookups = Atomic<Int>(0)

    /// Room for `bytes` bytes of texts and vectors of `dimension` elements.
    init(bytes: Int, dimension: Int) {
        self.dimension = dimension
        shardBytes = bytes / Self.shardCount
    }

    /// What the cache has done so far, and holds now.
    var statistics: CacheStatistics {
        var result = CacheStatistics()
        result.lookups = lookups.load(ordering: .relaxed)
        result.hits = hits.load(ordering: .relaxed)
        for guarded in shards {
            guarded.shard.withLock {
                result.entries += $0.slots.count
                result.bytes += $0.bytes
            }
        }
        return result
    }

    /// Counts texts that were asked for again before they were looked up.
    func note(repeats: Int) {
        lookups.add(repeats, ordering: .relaxed)
        hits.add(repeats, ordering: .relaxed)
    }

    private func shard(of hash: TextHash) -> Guarded { shards[Int(hash.value >> 60)] }

    /// Copies the vector of `text` to `target` and returns whether there is one.
    func find(_ text: String, _ hash: TextHash, into target: UnsafeMutablePointer<Float>) -> Bool {
        lookups.add(1, ordering: .relaxed)
        let found = shard(of: hash).shard.withLock { shard in
            guard let slot = shard.index[hash], TextHash.sameBytes(shard.slots[slot].text, text) else { return false }
            shard.slots[slot].wasUsed = true
            shard.vectors.withUnsafeBufferPointer { vectors in
                guard let base = vectors.baseAddress else { return }
                target.update(from: base + slot * dimension, count: dimension)
            }
            return true
        }
        if found { hits.add(1, ordering: .relaxed) }
        return found
    }

    /// Remembers a vector; texts so long that few would fit are not.
    func insert(_ text: String, _ hash: TextHash, _ vector: UnsafePointer<Float>) {
        let cost = dimension * MemoryLayout<Float>.stride + text.utf8.count + Self.overhead
        guard cost <= shardBytes / 8 else { return }
        shard(of: hash).shard.withLock { shard in
            // Another lane was quicker, or another text has this hash.
            guard shard.index[hash] == nil else { return }
            while shard.bytes + cost > shardBytes { evict(&shard) }
            shard.index[hash] = shard.slots.count
            shard.slots.append(Slot(text: text, hash: hash, cost: cost))
            shard.vectors.append(contentsOf: UnsafeBufferPointer(start: vector, count: dimension))
            shard.bytes += cost
        }
    }

    /// Takes out the first entry from the hand on that was not used; the last one moves into its place.
    private func evict(_ shard: inout Shard) {
        while true {
            if shard.hand >= shard.slots.count { shard.hand = 0 }
            guard shard.slots[shard.hand].wasUsed else { break }
            shard.slots[shard.hand].wasUsed = false
            shard.hand += 1
        }
        let (gone, last) = (shard.hand, shard.slots.count - 1)
        shard.index[shard.slots[gone].hash] = nil
        shard.bytes -= shard.slots[gone].cost
        if gone != last {
            shard.slots[gone] = shard.slots[last]
            shard.index[shard.slots[gone].hash] = gone
            for column in 0..<dimension {
                shard.vectors[gone * dimension + column] = shard.vectors[last * dimension + column]
            }
        }
        shard.slots.removeLast()
        shard.vectors.removeLast(dimension)
        // What moved here came last, so its turn is when the hand has gone round.
        shard.hand += 1
    }
}
