import Streams

/// What is kept by key as it lives in a compacted topic: `<application>.entities`, `<application>.sessions`.
///
/// The topic has as many partitions as the input, and what is kept of an input partition is in the partition of that
/// number: the record key is `topic[partition]/` and the key. A record with the key `topic[partition]` tells up to which
/// input offset all stand. They are written in the transaction that commits those offsets, as Kafka Streams does with its
/// changelogs.
public struct StateStore: Sendable {
    /// The topic.
    public var topic: String

    /// A store in a topic.
    public init(topic: String) { self.topic = topic }

    /// What was stored of one input partition.
    struct Stored: Sendable {
        /// The stored bytes by key.
        var entries: [[UInt8]: [UInt8]] = [:]
        /// The input offset that they stand for; nil where there is none yet.
        var covered: Int64?
    }

    /// The records that take what is stored of each partition in `offsets` to where its table stands.
    func records<Table>(
        of tables: PartitionTables<Table>,
        covered offsets: Offsets,
        partitions count: Int
    ) -> [OutgoingRecord] {
        var records: [OutgoingRecord] = []
        for (source, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            guard let table = tables[source] else { continue }
            let name = Array(source.description.utf8)
            let partition = Self.partition(for: source, of: count)
            for (key, value) in table.entries {
                records.append(
                    OutgoingRecord(
                        topic: topic,
                        partition: partition,
                        key: name + [Self.separator] + key,
                        value: value
                    )
                )
            }
            // The last of its partition: where it is seen, everything before is there.
            let marker = "\(Self.version) \(offset) \(tables.options.fingerprint)"
            records.append(
                OutgoingRecord(topic: topic, partition: partition, key: name, value: Array(marker.utf8))
            )
        }
        return records
    }

    /// Reads what is stored of some input partitions back.
    ///
    /// - Parameter progress: called after every record read.
    /// - Throws: ``PipelineFailure`` for what was kept for something else, ``Streams/StreamError`` from the log.
    func restore(
        _ sources: [TopicPartition],
        from log: any RecordLog,
        partitions count: Int,
        options: some PartitionTableOptions,
        progress: () -> Void = {}
    ) throws -> [TopicPartition: Stored] {
        var stored = Dictionary(sources.map { ($0, Stored()) }) { first, _ in first }
        let names = Dictionary(sources.map { ($0.description, $0) }) { first, _ in first }
        let wanted = Set(sources.map { Self.partition(for: $0, of: count) })
        let partitions = wanted.sorted().map { TopicPartition(topic: topic, partition: $0) }
        try log.readAll(partitions) { record in
            progress()
            guard let key = record.key else { return }
            let end = key.firstIndex(of: Self.separator) ?? key.endIndex
            guard let source = names[String(decoding: key[..<end], as: UTF8.self)] else { return }
            if end == key.endIndex {
                stored[source]?.covered = try covered(record.value, source, options)
            } else {
                stored[source]?.entries[Array(key[(end + 1)...])] = record.value
            }
        }
        return stored
    }

    private func covered<Options: PartitionTableOptions>(
        _ value: [UInt8]?,
        _ source: TopicPartition,
        _ options: Options
    ) throws -> Int64? {
        guard let value else { return nil }
        let parts = String(decoding: value, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, parts[0] == Self.version, let offset = Int64(parts[1]),
            UInt64(parts[2]) == options.fingerprint
        else { throw mismatch(source, Options.self) }
        return offset
    }

    /// What is said of entries that do not fit the options.
    func mismatch<Options: PartitionTableOptions>(_ source: TopicPartition, _: Options.Type) -> PipelineFailure {
        let (keys, section) = Options.names
        return .model(
            "what topic \"\(topic)\" holds of the \(keys) of \(source) was kept for another `\(section)` than the one "
                + "configured. Restore `\(section)`, or give the application another name to start anew"
        )
    }

    private static let separator = UInt8(ascii: "/")
    private static let version = "1"

    /// Where an input partition's states are; its own number wherever the topic has it.
    private static func partition(for source: TopicPartition, of count: Int) -> Int32 {
        source.partition % Int32(max(1, count))
    }
}
