/// One partition of a simulated topic: an append-only sequence of data and control records with transactions.
///
/// Follows the log format of Kafka (KIP-98): every entry takes one offset, control markers too; the last stable
/// offset is the first offset of the earliest transaction still open; a read-committed reader sees nothing at or
/// above it and nothing of an aborted transaction.
struct SimulatedPartition: Sendable {
    struct Entry: Sendable {
        var offset: Int64
        var timestamp: Int64
        /// The transactional producer that wrote it; nil outside a transaction.
        var producer: Int64?
        /// nil for a control marker.
        var record: OutgoingRecord?
        var isAborted = false
    }

    private(set) var entries: [Entry] = []
    /// The offset the next entry will take: Kafka's high watermark plus nothing in flight.
    private(set) var end: Int64 = 0
    /// First offset of each open transaction by producer id.
    private var open: [Int64: Int64] = [:]

    /// Kafka's last stable offset.
    var lastStable: Int64 { open.values.min() ?? end }

    /// Appends a data record and returns its offset.
    @discardableResult
    mutating func append(_ record: OutgoingRecord, producer: Int64?, timestamp: Int64) -> Int64 {
        if let producer, open[producer] == nil { open[producer] = end }
        return push(
            Entry(offset: end, timestamp: record.timestamp ?? timestamp, producer: producer, record: record)
        )
    }

    /// Ends a producer's transaction here with a control marker. Without records of it there is none to write.
    mutating func mark(producer: Int64, committed: Bool, timestamp: Int64) {
        guard let first = open.removeValue(forKey: producer) else { return }
        if !committed {
            for index in position(of: first)..<entries.count where entries[index].producer == producer {
                entries[index].isAborted = true
            }
        }
        push(Entry(offset: end, timestamp: timestamp, producer: producer, record: nil))
    }

    /// Up to `maximum` records from `offset` on, and the position after what was looked at.
    ///
    /// - Parameters:
    ///   - limit: no record at or above this offset is returned.
    ///   - maximumBytes: the footprint after which no further record is added; one record always fits.
    func read(
        from offset: Int64,
        limit: Int64,
        isolation: SimulatedLog.Isolation,
        maximum: Int,
        maximumBytes: Int,
        source: TopicPartition
    ) -> (records: [Record], next: Int64) {
        let bound = min(limit, isolation == .readCommitted ? lastStable : end)
        var records: [Record] = []
        var bytes = 0
        var index = position(of: offset)
        while index < entries.count, entries[index].offset < bound {
            let entry = entries[index]
            if let record = entry.record, !(isolation == .readCommitted && entry.isAborted) {
                let out = Record(
                    source: source,
                    offset: entry.offset,
                    timestamp: entry.timestamp,
                    key: record.key,
                    value: record.value,
                    headers: record.headers
                )
                if records.count >= maximum || (!records.isEmpty && bytes + out.footprint > maximumBytes) {
                    return (records, entry.offset)
                }
                bytes += out.footprint
                records.append(out)
            }
            index += 1
        }
        return (records, max(offset, bound))
    }

    /// What Kafka's log cleaner would do now: below the last stable offset aborted records go, and of each key only
    /// the last value stays. Markers stay; offsets are never renumbered.
    mutating func compact(removingTombstones: Bool) {
        let stable = lastStable
        var latest: [[UInt8]: Int64] = [:]
        for entry in entries where entry.offset < stable && !entry.isAborted {
            if let key = entry.record?.key { latest[key] = entry.offset }
        }
        entries.removeAll { entry in
            guard entry.offset < stable, let record = entry.record else { return false }
            if entry.isAborted { return true }
            guard let key = record.key, latest[key] == entry.offset else { return true }
            return removingTombstones && record.value == nil
        }
    }

    @discardableResult
    private mutating func push(_ entry: Entry) -> Int64 {
        entries.append(entry)
        end += 1
        return entry.offset
    }

    /// Index of the first entry at or above an offset (binary search: compaction leaves gaps).
    private func position(of offset: Int64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
