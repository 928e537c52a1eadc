import Streams
import Synchronization

/// A log that remembers the clients it made, so that a test can kill them as SIGKILL would.
final class ObservedLog: RecordLog {
    private let base: SimulatedLog
    private let consumers = Mutex<[SimulatedConsumer]>([])
    private let producers = Mutex<[SimulatedProducer]>([])

    init(_ base: SimulatedLog) { self.base = base }

    /// Kills every client; the broker hears nothing of it.
    func kill() {
        for producer in producers.withLock({ $0 }) { producer.kill() }
        for consumer in consumers.withLock({ $0 }) { consumer.kill() }
    }

    func makeConsumer(group: String) throws(StreamError) -> any RecordConsumer {
        let consumer = try base.makeConsumer(group: group)
        if let simulated = consumer as? SimulatedConsumer { consumers.withLock { $0.append(simulated) } }
        return consumer
    }

    func makeProducer(transactionalID: String?) throws(StreamError) -> any RecordProducer {
        let producer = try base.makeProducer(transactionalID: transactionalID)
        if let simulated = producer as? SimulatedProducer { producers.withLock { $0.append(simulated) } }
        return producer
    }

    func readAll(topic: String, _ body: (Record) throws -> Void) throws { try base.readAll(topic: topic, body) }
    func partitionCounts(of topics: [String]) throws(StreamError) -> [String: Int] {
        base.partitionCounts(of: topics)
    }
    func createMissing(_ topics: [TopicDefinition]) throws(StreamError) { base.createMissing(topics) }
}
