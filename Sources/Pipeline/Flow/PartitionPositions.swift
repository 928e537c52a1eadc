import Streams

/// Which record of each assigned partition is expected next: decides which of the records that a poll brought are
/// still wanted. A plain value, so that every interleaving of polls, rebalances and rewinds can be tested.
///
/// A consumer may hand out records that it had fetched before a rebalance or a seek took place. They are recognised
/// by their offsets alone: a record below the expected one, or of a partition that is not assigned, is dropped.
struct PartitionPositions: Sendable, Equatable {
    private(set) var expected: Offsets = [:]
    /// Where each partition was first read since it was assigned: what a rewind returns to while nothing of the
    /// partition has been committed.
    private var first: Offsets = [:]

    /// Partitions were assigned, to be read from these offsets (0 where the log decides).
    mutating func assign(_ partitions: [TopicPartition], from start: Offsets) {
        for partition in partitions {
            expected[partition] = start[partition] ?? 0
            first[partition] = start[partition]
        }
    }

    /// Partitions were taken.
    mutating func revoke(_ partitions: [TopicPartition]) {
        for partition in partitions {
            expected[partition] = nil
            first[partition] = nil
        }
    }

    /// Reading starts again from these offsets, or from the first record read of a partition that has none;
    /// partitions that are not assigned are ignored. The answer is where to seek.
    mutating func seek(to offsets: Offsets) -> Offsets {
        let owned = first.merging(offsets) { $1 }.filter { expected[$0.key] != nil }
        expected.merge(owned) { $1 }
        return owned
    }

    /// Keeps what is wanted, in order, and moves the expectation past it.
    mutating func admit(_ records: [Record]) -> [Record] {
        records.filter { record in
            guard let next = expected[record.source], record.offset >= next else { return false }
            expected[record.source] = record.offset + 1
            if first[record.source] == nil { first[record.source] = record.offset }
            return true
        }
    }

    var partitions: [TopicPartition] { expected.keys.sorted() }
}
