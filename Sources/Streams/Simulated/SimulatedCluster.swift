import CZlib

/// The broker side of the simulation as one value: topics, groups, transactions, the virtual clock and the faults
/// to come. It knows no lock and no thread; ``SimulatedLog`` guards it.
struct SimulatedCluster: Sendable {
    struct Topic: Sendable {
        var partitions: [SimulatedPartition]
        var compacted: Bool
        /// Where the next record without a key goes.
        var nextPartition = 0
    }

    let options: SimulatedLog.Options
    var topics: [String: Topic] = [:]
    var groups: [String: SimulatedGroup] = [:]
    var transactions: [String: SimulatedTransaction] = [:]
    var faults = SimulatedFaultScript()
    /// Virtual time since the cluster began.
    var now: Duration = .zero
    private var nextIdentifier: Int64 = 0

    init(options: SimulatedLog.Options) {
        self.options = options
    }

    /// A number that was not given out before.
    mutating func identifier() -> Int64 {
        nextIdentifier += 1
        return nextIdentifier
    }

    /// Milliseconds of virtual time: the timestamps of records that bring none.
    var timestamp: Int64 { now.components.seconds * 1000 + now.components.attoseconds / 1_000_000_000_000_000 }

    /// Moves the clock and lets everything that is due expire.
    mutating func advance(by duration: Duration) {
        now += duration
        expireTransactions()
        for name in groups.keys.sorted() { expireMembers(of: name) }
    }

    /// Creates a topic unless it exists. Groups that wait for it rebalance.
    mutating func create(_ definition: TopicDefinition) {
        guard topics[definition.name] == nil else { return }
        let partitions = [SimulatedPartition](repeating: SimulatedPartition(), count: max(1, definition.partitions))
        topics[definition.name] = Topic(partitions: partitions, compacted: definition.compacted)
        for name in groups.keys.sorted() { topicAppeared(definition.name, in: name) }
    }

    /// Appends a record where it belongs, creating the topic where that is configured.
    @discardableResult
    mutating func append(
        _ record: OutgoingRecord,
        producer: Int64? = nil
    ) throws(StreamError) -> TopicPartition {
        let target = try resolve(record)
        let now = timestamp
        topics[target.topic]?.partitions[Int(target.partition)].append(record, producer: producer, timestamp: now)
        return target
    }

    /// The partition a record goes to: the one it names, or the one of its key, or the next in turn.
    mutating func resolve(_ record: OutgoingRecord) throws(StreamError) -> TopicPartition {
        if topics[record.topic] == nil {
            guard options.partitionsOfNewTopics > 0 else {
                throw StreamError(.abortable, code: "UNKNOWN_TOPIC_OR_PART", "topic \(record.topic) does not exist")
            }
            create(TopicDefinition(name: record.topic, partitions: options.partitionsOfNewTopics))
        }
        guard let topic = topics[record.topic] else {
            throw StreamError(.abortable, code: "UNKNOWN_TOPIC_OR_PART", "topic \(record.topic) does not exist")
        }
        if topic.compacted && record.key == nil {
            throw StreamError(
                .abortable,
                code: "INVALID_RECORD",
                "topic \(record.topic) is compacted: its records need a key"
            )
        }
        let count = topic.partitions.count
        if let partition = record.partition {
            guard partition >= 0, Int(partition) < count else {
                throw StreamError(
                    .fatal,
                    code: "_UNKNOWN_PARTITION",
                    "topic \(record.topic) has \(count) partitions, there is no partition \(partition)"
                )
            }
            return TopicPartition(topic: record.topic, partition: partition)
        }
        if let key = record.key, !key.isEmpty {
            return TopicPartition(topic: record.topic, partition: Int32(Self.hash(key) % UInt(count)))
        }
        topics[record.topic]?.nextPartition = (topic.nextPartition + 1) % count
        return TopicPartition(topic: record.topic, partition: Int32(topic.nextPartition))
    }

    /// A partition's state; nil where it does not exist.
    func partition(_ partition: TopicPartition) -> SimulatedPartition? {
        guard let topic = topics[partition.topic], topic.partitions.indices.contains(Int(partition.partition)) else {
            return nil
        }
        return topic.partitions[Int(partition.partition)]
    }

    /// CRC-32 of the key, as librdkafka's default partitioner `consistent_random` takes it.
    private static func hash(_ key: [UInt8]) -> UInt {
        key.withUnsafeBufferPointer { UInt(crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}
