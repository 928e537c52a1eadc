import Streams

/// Which record of each assigned partition is expected next. A plain value, so that every interleaving of polls,
/// rebalances and rewinds can be tested.
///
/// A consumer never hands out records of before a seek or of partitions that it gave up (the contract of
/// `RecordConsumer`). So a record below the expected one means that the log itself went back: its topic was made anew, or
/// a leader without the last records was elected. What comes then is new, and is read.
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

    /// Where the log of a partition went back.
    struct Reset: Sendable, Equatable {
        var partition: TopicPartition
        var expected: Int64
        var found: Int64
    }

    /// Keeps the records of assigned partitions, in order, and moves the expectation past them.
    mutating func admit(_ records: [Record]) -> (records: [Record], resets: [Reset]) {
        var resets: [Reset] = []
        var admitted: [Record] = []
        admitted.reserveCapacity(records.count)
        // Records of one partition mostly come in a row: it is looked up once for all of them.
        var run = Run()
        for record in records {
            if run.partition != record.source {
                close(run)
                run = Run(partition: record.source, next: expected[record.source])
            }
            guard let next = run.next else { continue }
            if record.offset < next {
                resets.append(Reset(partition: record.source, expected: next, found: record.offset))
                first[record.source] = record.offset
            }
            run.next = record.offset + 1
            if run.first == nil { run.first = record.offset }
            admitted.append(record)
        }
        close(run)
        return (admitted, resets)
    }

    /// Records of one partition in a row.
    private struct Run {
        var partition: TopicPartition?
        /// The offset after the last of them; nil where the partition is not assigned.
        var next: Int64?
        /// The offset of the first that was admitted.
        var first: Int64?
    }

    private mutating func close(_ run: Run) {
        guard let partition = run.partition, let next = run.next, let begin = run.first else { return }
        expected[partition] = next
        if first[partition] == nil { first[partition] = begin }
    }

    var partitions: [TopicPartition] { expected.keys.sorted() }
}
