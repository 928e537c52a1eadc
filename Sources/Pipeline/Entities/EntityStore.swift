import Streams

/// The states of entities as they live in the compacted topic `<application>.entities`.
///
/// The topic has as many partitions as the input, and the states of an input partition's entities are in the partition
/// of that number: the record key is `topic[partition]/` and the entity's name. A record with the key `topic[partition]`
/// tells up to which input offset the states stand. All are written in the transaction that commits those offsets, as
/// Kafka Streams does with its changelogs.
public struct EntityStore: Sendable {
    /// The topic.
    public var topic: String

    /// A store in a topic.
    public init(topic: String) { self.topic = topic }

    /// What was stored of one input partition.
    struct Stored: Sendable {
        /// The states by the entity's name.
        var states: [[UInt8]: EntityState] = [:]
        /// The input offset that they stand for; nil where there is none yet.
        var covered: Int64?
    }

    /// The records that take the stored states of each partition in `offsets` to where its table stands.
    func records(of tables: EntityTables, covered offsets: Offsets, partitions count: Int) -> [OutgoingRecord] {
        var records: [OutgoingRecord] = []
        for (source, offset) in offsets.sorted(by: { $0.key < $1.key }) {
            guard let table = tables[source] else { continue }
            let name = Array(source.description.utf8)
            let partition = Self.partition(for: source, of: count)
            for (key, state) in table.changes {
                records.append(
                    OutgoingRecord(
                        topic: topic,
                        partition: partition,
                        key: name + [Self.separator] + key,
                        value: state?.bytes
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

    /// Reads the states of some input partitions back.
    ///
    /// - Parameter progress: called after every record read.
    /// - Throws: ``PipelineFailure`` for states of other aggregates, ``Streams/StreamError`` from the log.
    func restore(
        _ sources: [TopicPartition],
        from log: any RecordLog,
        partitions count: Int,
        options: EntityOptions,
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
                return
            }
            let name = Array(key[(end + 1)...])
            guard let value = record.value else {
                stored[source]?.states[name] = nil
                return
            }
            guard let state = EntityState(bytes: value, options) else { throw mismatch(source) }
            stored[source]?.states[name] = state
        }
        return stored
    }

    private func covered(_ value: [UInt8]?, _ source: TopicPartition, _ options: EntityOptions) throws -> Int64? {
        guard let value else { return nil }
        let parts = String(decoding: value, as: UTF8.self).split(separator: " ")
        guard parts.count == 3, parts[0] == Self.version, let offset = Int64(parts[1]),
            UInt64(parts[2]) == options.fingerprint
        else { throw mismatch(source) }
        return offset
    }

    private func mismatch(_ source: TopicPartition) -> PipelineFailure {
        .model(
            "the states of entities of \(source) in topic \"\(topic)\" were kept for other aggregates than those "
                + "configured. Restore entity.aggregates, or give the application another name to start anew"
        )
    }

    private static let separator = UInt8(ascii: "/")
    private static let version = "1"

    /// Where an input partition's states are; its own number wherever the topic has it.
    private static func partition(for source: TopicPartition, of count: Int) -> Int32 {
        source.partition % Int32(max(1, count))
    }
}
