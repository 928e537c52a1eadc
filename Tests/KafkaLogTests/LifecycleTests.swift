import Foundation
import KafkaLog
import Streams
import Synchronization
import TestSupport
import Testing

@Suite("Clients end in bounded time, whatever the broker does", .ownThread)
struct LifecycleTests {
    /// Keeps the events it receives.
    private final class Events: KafkaEventSink {
        let received = Mutex<[KafkaEvent]>([])

        func receive(_ event: KafkaEvent) { received.withLock { $0.append(event) } }

        func count(where condition: (KafkaEvent) -> Bool) -> Int {
            received.withLock { events in events.count(where: condition) }
        }
    }

    /// Runs a body and requires it to end within a bound that is far from what it takes when all is well.
    private func within(_ bound: Duration, _ body: () throws -> Void) throws {
        let start = ContinuousClock.now
        try body()
        #expect(ContinuousClock.now - start < bound)
    }

    @Test("Twenty consumers and producers come and go without leaving anything behind")
    func manyClients() throws {
        let broker = try EmbeddedBroker()
        let events = Events()
        let log = try KafkaRecordLog(options: .embedded(broker), events: events)
        try broker.createTopic("t", partitions: 2)
        try within(.seconds(30)) {
            for index in 0..<20 {
                let producer = try log.makeProducer(transactionalID: index % 2 == 0 ? "tx-\(index)" : nil)
                if index % 2 == 0 {
                    try producer.initializeTransactions()
                    try producer.begin()
                }
                for _ in 0..<10 { try producer.send(OutgoingRecord(topic: "t", value: [1])) }
                if index % 4 == 0 { try producer.commit() }
                producer.close()
                let consumer = try log.makeConsumer(group: "g-\(index)")
                try consumer.subscribe(to: ["t"], listener: RecordingListener())
                _ = try consumer.poll(maximum: 1, maximumBytes: 1, timeout: .milliseconds(1))
                consumer.close()
                consumer.close()
            }
        }
        let late = events.count {
            if case .error(let error, _) = $0 { error.message.contains("left behind") } else { false }
        }
        #expect(late == 0, "\(late) clients did not end in time")
    }

    @Test("Closing while fetched records wait to be read")
    func closingWithRecordsFetched() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 2)
        let log = try KafkaRecordLog(options: .embedded(broker))
        let producer = try log.makeProducer(transactionalID: nil)
        for index in 0..<5_000 {
            try producer.send(OutgoingRecord(topic: "t", partition: Int32(index % 2), value: [1, 2, 3]))
        }
        try producer.flush()
        producer.close()
        for round in 0..<3 {
            let consumer = try log.makeConsumer(group: "g\(round)")
            let listener = RecordingListener()
            try consumer.subscribe(to: ["t"], listener: listener)
            var first: [Record] = []
            let deadline = ContinuousClock.now + .seconds(15)
            while first.isEmpty, ContinuousClock.now < deadline {
                first = try consumer.poll(maximum: 1, maximumBytes: 1, timeout: .milliseconds(100)).records
            }
            #expect(first.count == 1)
            Thread.sleep(forTimeInterval: 0.2)
            try within(.seconds(12)) { consumer.close() }
            #expect(listener.held.isEmpty)
        }
    }

    @Test("With the broker gone, close still ends, and the revocation is heard")
    func brokerGone() throws {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 2)
        let log = try KafkaRecordLog(options: .embedded(broker))
        let producer = try log.makeProducer(transactionalID: nil)
        for _ in 0..<10 { try producer.send(OutgoingRecord(topic: "t", value: [1])) }
        try producer.flush()
        let consumer = try log.makeConsumer(group: "g")
        let listener = RecordingListener()
        try consumer.subscribe(to: ["t"], listener: listener)
        try poll(consumer) { listener.held.count == 2 }
        #expect(listener.held.count == 2)
        broker.setReachable(false)
        try producer.send(OutgoingRecord(topic: "t", value: [2]))
        try within(.seconds(30)) {
            consumer.close()
            producer.close()
        }
        #expect(listener.held.isEmpty)
        #expect(throws: StreamError.self) { try consumer.commit([TopicPartition(topic: "t", partition: 0): 1]) }
        #expect(throws: StreamError.self) { try producer.send(OutgoingRecord(topic: "t", value: [3])) }
    }

    @Test(
        "A member that the group forgot loses its partitions and gets them again",
        arguments: [
            "UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION",
        ]
    )
    func lostAssignment(code: String) throws {
        let (broker, consumer, listener) = try member()
        defer { consumer.close() }
        try broker.failNext(.heartbeat, [code])
        try poll(consumer) { listener.assignments == 2 }
        #expect(listener.assignments == 2)
        #expect(listener.losses == 1)
        #expect(listener.held.count == 2)
    }

    @Test("A consumer whose instance id was taken is fenced, for good")
    func fencedInstance() throws {
        let (broker, consumer, listener) = try member()
        defer { consumer.close() }
        try broker.failNext(.heartbeat, ["FENCED_INSTANCE_ID"])
        for _ in 0..<2 {
            let error = #expect(throws: StreamError.self) { try self.poll(consumer) { false } }
            #expect(error?.kind == .fenced)
            #expect(error?.code == "FENCED_INSTANCE_ID")
        }
        consumer.close()
        #expect(listener.held.isEmpty)
    }

    @Test(
        "Errors of a plain commit have their class",
        arguments: [
            ("ILLEGAL_GENERATION", StreamError.Class.abortable), ("GROUP_AUTHORIZATION_FAILED", .unauthorised),
            ("FENCED_INSTANCE_ID", .fenced), ("OFFSET_METADATA_TOO_LARGE", .fatal),
        ]
    )
    func plainCommit(code: String, kind: StreamError.Class) throws {
        let (broker, consumer, listener) = try member()
        defer { consumer.close() }
        try broker.failNext(.offsetCommit, [code])
        let partition = try #require(listener.held.first)
        let error = #expect(throws: StreamError.self) { try consumer.commit([partition: 1]) }
        #expect(error?.kind == kind, "\(error?.description ?? "")")
    }

    /// A consumer that holds the two partitions of a topic.
    private func member() throws -> (EmbeddedBroker, any RecordConsumer, RecordingListener) {
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 2)
        let consumer = try KafkaRecordLog(options: .embedded(broker)).makeConsumer(group: "g")
        let listener = RecordingListener()
        try consumer.subscribe(to: ["t"], listener: listener)
        try poll(consumer) { listener.held.count == 2 }
        try #require(listener.held.count == 2)
        return (broker, consumer, listener)
    }

    private func poll(_ consumer: any RecordConsumer, until condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(25)
        while !condition(), ContinuousClock.now < deadline {
            _ = try consumer.poll(maximum: 10, maximumBytes: 1000, timeout: .milliseconds(50))
        }
    }

    @Test("A cluster that does not answer is unreachable after the start deadline, for every first contact")
    func unreachable() throws {
        let broker = try EmbeddedBroker()
        broker.setReachable(false)
        var options = KafkaOptions.embedded(broker)
        options.startDeadline = .seconds(1)
        let log = try KafkaRecordLog(options: options)
        let producer = try log.makeProducer(transactionalID: "tx")
        defer { producer.close() }
        for contact: () throws -> Void in [
            { try producer.initializeTransactions() }, { _ = try log.partitionCounts(of: ["t"]) },
            { try log.readAll(topic: "t") { _ in } },
            { try log.createMissing([TopicDefinition(name: "t", partitions: 1)]) },
        ] {
            try within(.seconds(15)) {
                let error = #expect(throws: StreamError.self) { try contact() }
                #expect(error?.kind == .unreachable, "\(error?.description ?? "")")
            }
        }
    }

    @Test("An interrupt ends the waits of a start")
    func interrupt() throws {
        let broker = try EmbeddedBroker()
        broker.setReachable(false)
        let log = try KafkaRecordLog(options: .embedded(broker))
        log.interrupt()
        let producer = try log.makeProducer(transactionalID: "tx")
        defer { producer.close() }
        try within(.seconds(15)) {
            let error = #expect(throws: StreamError.self) { try producer.initializeTransactions() }
            #expect(error?.code == "_INTR")
            #expect(throws: StreamError.self) { try log.partitionCounts(of: ["t"]) }
        }
    }

    @Test("Log lines, errors and statistics reach the sink")
    func events() throws {
        let broker = try EmbeddedBroker()
        let events = Events()
        var options = KafkaOptions.embedded(broker)
        options.statisticsInterval = .milliseconds(100)
        options.properties["message.timeout.ms"] = "5000"
        let log = try KafkaRecordLog(options: options, events: events)
        let producer = try log.makeProducer(transactionalID: nil)
        defer { producer.close() }
        try producer.send(OutgoingRecord(topic: "t", value: [1]))
        try producer.flush()
        broker.setReachable(false)
        let deadline = ContinuousClock.now + .seconds(20)
        func kinds() -> Set<String> {
            Set(
                events.received.withLock { $0 }.map { event in
                    switch event {
                    case .log: "log"
                    case .error: "error"
                    case .statistics(let json, _):
                        json.hasPrefix("{") && json.contains("\"brokers\"") ? "statistics" : "?"
                    }
                }
            )
        }
        while kinds() != ["log", "error", "statistics"], ContinuousClock.now < deadline {
            // Events come while the producer is served, which a flush that has to wait does.
            try? producer.send(OutgoingRecord(topic: "t", value: [1]))
            _ = try? producer.flush()
        }
        #expect(kinds() == ["log", "error", "statistics"])
    }

    @Test("The administration describes topics and makes missing ones, even without an admin API")
    func administration() throws {
        let broker = try EmbeddedBroker()
        let log = try KafkaRecordLog(options: .embedded(broker))
        try broker.createTopic("present", partitions: 3)
        #expect(try log.partitionCounts(of: ["present", "absent"]) == ["present": 3])
        let described = try log.describe(["present", "absent"])
        #expect(described.map(\.partitions) == [3, 0])
        #expect(described.map(\.exists) == [true, false])
        try log.createMissing([
            TopicDefinition(name: "present", partitions: 9), TopicDefinition(name: "made", partitions: 1),
        ])
        #expect(try log.partitionCounts(of: ["present", "made"]) == ["present": 3, "made": 1])
        // A broker of which nothing is known but its address, and which has no admin API.
        let remote = try KafkaRecordLog(options: KafkaOptions(bootstrapServers: broker.bootstrapServers))
        try remote.createMissing([TopicDefinition(name: "asked", partitions: 2)])
        #expect(try log.partitionCounts(of: ["asked"]) == ["asked": 4])
    }

    @Test("A topic of many records is read whole, and what the reader throws comes through")
    func readAll() throws {
        struct Enough: Error {}
        let broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 3)
        let log = try KafkaRecordLog(options: .embedded(broker))
        let producer = try log.makeProducer(transactionalID: nil)
        defer { producer.close() }
        for value in 0..<20_000 {
            try producer.send(
                OutgoingRecord(topic: "t", partition: Int32(value % 2), value: Array("\(value)".utf8))
            )
        }
        try producer.flush()
        var last: Offsets = [:]
        var count = 0
        try log.readAll(topic: "t") { record in
            #expect(record.offset > last[record.source] ?? -1)
            last[record.source] = record.offset
            count += 1
        }
        #expect(count == 20_000)
        #expect(throws: Enough.self) { try log.readAll(topic: "t") { _ in throw Enough() } }
    }
}
