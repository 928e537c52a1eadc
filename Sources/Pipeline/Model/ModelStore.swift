public import Clustering
public import Streams

/// The model as it lives in the compacted topic `<application>.model`: one record per part, so that a transaction
/// writes only what it changed.
public struct ModelStore: Sendable {
    /// The topic.
    public var topic: String

    /// A store in a topic.
    public init(topic: String) { self.topic = topic }

    /// Reads the model back, with the input offsets that it covers; nil when there is none yet.
    ///
    /// What follows the last `meta` entry is the beginning of a write that was cut off (possible only where nothing is
    /// transactional) and is left out.
    /// - Throws: ``Clustering/ClusteringError`` for a set that is not complete, ``Streams/StreamError`` from the log.
    public func restore(from log: any RecordLog) throws -> (model: Model, covered: Offsets)? {
        let contents = try contents(of: log)
        guard !contents.whole.isEmpty else { return nil }
        let (model, offsets) = try ModelCodec.decode(contents.whole)
        return (model, Self.offsets(from: offsets))
    }

    /// Takes back what a write that was cut off has left behind the last `meta` entry, so that it does not become a part
    /// of the next one: its keys get the values again that they had, or a tombstone. When this is cut off in turn, the
    /// next start does it again.
    ///
    /// The older values must still be there: compaction leaves the topic's newest segment alone, so that they are unless
    /// a segment ended just then.
    func mend(in log: any RecordLog) throws {
        let contents = try contents(of: log)
        guard !contents.torn.isEmpty else { return }
        let producer = try log.makeProducer(transactionalID: nil)
        defer { producer.close() }
        for key in contents.torn.sorted() {
            try producer.send(OutgoingRecord(topic: topic, key: Array(key.utf8), value: contents.whole[key]))
        }
        if let meta = contents.whole[Self.last] {
            try producer.send(OutgoingRecord(topic: topic, key: Array(Self.last.utf8), value: meta))
        }
        try producer.flush()
    }

    /// The entry that is written last of each version.
    private static let last = "meta"

    /// The entries as of the last whole write, and the keys that were written since and are still something else than
    /// they were.
    private func contents(of log: any RecordLog) throws -> (whole: [String: [UInt8]], torn: Set<String>) {
        var whole: [String: [UInt8]] = [:]
        var pending: [String: [UInt8]?] = [:]
        var partitions: Set<Int32> = []
        func apply() {
            for (key, value) in pending { whole[key] = value }
            pending = [:]
        }
        try log.readAll(topic: topic) { record in
            guard let key = record.key.flatMap({ String(validating: $0, as: UTF8.self) }) else { return }
            partitions.insert(record.source.partition)
            pending[key] = .some(record.value)
            if key == Self.last { apply() }
        }
        // Only within one partition is there an order to go by.
        if partitions.count > 1 { apply() }
        return (whole, Set(pending.filter { whole[$0.key] != $0.value }.keys))
    }

    /// The records that take the stored model from `old` to `new`.
    func records(from old: Model?, to new: Model, covered: Offsets) throws(ClusteringError) -> [OutgoingRecord] {
        try ModelCodec.changes(from: old, to: new, sourceOffsets: Self.named(covered)).map {
            OutgoingRecord(topic: topic, key: Array($0.key.utf8), value: $0.value)
        }
    }

    /// `topic[partition]` → offset, as the model's `meta` carries it.
    static func named(_ offsets: Offsets) -> [String: Int64] {
        Dictionary(uniqueKeysWithValues: offsets.map { ($0.key.description, $0.value) })
    }

    /// The inverse of ``named(_:)``; what is not of that form is left out.
    static func offsets(from named: [String: Int64]) -> Offsets {
        var offsets: Offsets = [:]
        for (name, offset) in named {
            guard name.last == "]", let bracket = name.lastIndex(of: "["),
                let partition = Int32(name[name.index(after: bracket)...].dropLast())
            else { continue }
            offsets[TopicPartition(topic: String(name[..<bracket]), partition: partition)] = offset
        }
        return offsets
    }
}
