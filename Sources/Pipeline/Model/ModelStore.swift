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
    /// - Throws: ``Clustering/ClusteringError`` for a set that is not complete, ``Streams/StreamError`` from the log.
    public func restore(from log: any RecordLog) throws -> (model: Model, covered: Offsets)? {
        var entries: [String: [UInt8]] = [:]
        try log.readAll(topic: topic) { record in
            guard let key = record.key.flatMap({ String(validating: $0, as: UTF8.self) }) else { return }
            entries[key] = record.value
        }
        guard !entries.isEmpty else { return nil }
        let (model, offsets) = try ModelCodec.decode(entries)
        return (model, Self.offsets(from: offsets))
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
