import CRdKafka
import Dispatch
public import Streams

/// Kafka as a ``RecordLog``, by librdkafka.
///
/// Calls block; none belongs on the cooperative pool. See ``RecordConsumer`` and ``RecordProducer`` for the threads.
public final class KafkaRecordLog: RecordLog {
    let options: KafkaOptions
    let sink: any KafkaEventSink
    let queue = DispatchQueue(label: "centroidd.kafka.events", qos: .utility)
    let interruption = Interruption()

    /// Checks the options; nothing is connected yet.
    /// - Throws: ``StreamError`` (`misconfigured`) that names the property.
    public init(options: KafkaOptions, events sink: any KafkaEventSink = NoEvents()) throws(StreamError) {
        try options.validate()
        self.options = options
        self.sink = sink
    }

    /// Ends the waits of a start (`initializeTransactions`, metadata, `readAll`) soon, with code `_INTR`. Any thread.
    public func interrupt() {
        interruption.request()
    }

    /// A consumer of a group; a static member where the options hold an instance id.
    public func makeConsumer(group: String) throws(StreamError) -> any RecordConsumer {
        try KafkaConsumer(options: options, group: group, sink: sink, queue: queue)
    }

    /// A producer, transactional where an id is given.
    public func makeProducer(transactionalID: String?) throws(StreamError) -> any RecordProducer {
        try KafkaProducer(
            options: options,
            transactionalID: transactionalID,
            sink: sink,
            queue: queue,
            interruption: interruption
        )
    }

    /// Reads a topic, read committed, to the ends it had at the call, partition by partition.
    ///
    /// - Throws: ``StreamError`` (`unreachable` where nothing comes for the start deadline), or what `body` throws.
    public func readAll(topic: String, _ body: (Record) throws -> Void) throws {
        guard let count = try partitionCounts(of: [topic])[topic] else { return }
        let reader = try TopicReader(log: self, topic: topic, partitions: Array(0..<Int32(count)))
        try reader.read(body)
    }

    /// Reads some partitions, each to the end it had at the call.
    public func readAll(_ partitions: [TopicPartition], _ body: (Record) throws -> Void) throws {
        for topic in Set(partitions.map(\.topic)).sorted() {
            guard let count = try partitionCounts(of: [topic])[topic] else { continue }
            let numbers = Set(partitions.filter { $0.topic == topic && $0.partition < count }.map(\.partition))
            try TopicReader(log: self, topic: topic, partitions: numbers.sorted()).read(body)
        }
    }

    /// Partition counts of the topics that exist.
    public func partitionCounts(of topics: [String]) throws(StreamError) -> [String: Int] {
        let administration = try Administration(log: self)
        var counts: [String: Int] = [:]
        for topic in topics {
            let description = try administration.metadata(of: topic)
            if let error = description.error { throw error }
            if description.partitions > 0 { counts[topic] = description.partitions }
        }
        return counts
    }

    /// Creates missing topics by the admin API with the broker's default replication; where the broker has no such
    /// API, by asking for their metadata, which then decides the partition count.
    public func createMissing(_ topics: [TopicDefinition]) throws(StreamError) {
        let existing = try partitionCounts(of: topics.map(\.name))
        let missing = topics.filter { existing[$0.name] == nil }
        guard !missing.isEmpty else { return }
        try Administration(log: self).create(missing)
    }

    /// What `check --connect` reports of topics; no error of a single topic is thrown.
    /// - Throws: ``StreamError`` where the cluster cannot be reached or refuses the credentials.
    public func describe(_ topics: [String]) throws(StreamError) -> [TopicDescription] {
        let administration = try Administration(log: self)
        var descriptions: [TopicDescription] = []
        for topic in topics {
            var description = try administration.metadata(of: topic)
            if description.exists { description.cleanupPolicy = administration.cleanupPolicy(of: topic) }
            descriptions.append(description)
        }
        return descriptions
    }
}

/// What a cluster says of a topic.
public struct TopicDescription: Sendable {
    /// The topic's name.
    public var name: String
    /// How many partitions; 0 where it does not exist or may not be seen.
    public var partitions = 0
    /// `delete`, `compact` or both; nil where the broker does not say.
    public var cleanupPolicy: String?
    /// Why the topic cannot be used, such as a missing permission.
    public var error: StreamError?

    /// Whether the topic exists.
    public var exists: Bool { partitions > 0 }

    init(name: String) {
        self.name = name
    }
}
