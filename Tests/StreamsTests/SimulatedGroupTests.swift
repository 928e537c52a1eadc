import Streams
import TestSupport
import Testing

@Suite("Simulated groups follow Kafka")
struct SimulatedGroupTests {
    private let log = SimulatedLog()

    private func member(_ client: SimulatedLog? = nil) throws -> (SimulatedConsumer, RecordingListener) {
        let consumer = try #require(try (client ?? log).makeConsumer(group: "g") as? SimulatedConsumer)
        let listener = RecordingListener()
        try consumer.subscribe(to: ["t"], listener: listener)
        return (consumer, listener)
    }

    private func poll(_ consumer: SimulatedConsumer) throws {
        _ = try consumer.poll(maximum: 10, maximumBytes: 1000, timeout: .zero)
    }

    @Test("A joining member makes the other's next poll call revoked, then assigned")
    func rebalance() throws {
        log.createMissing([TopicDefinition(name: "t", partitions: 3)])
        let (first, one) = try member()
        try poll(first)
        #expect(one.held.count == 3)
        let (second, two) = try member()
        try poll(second)
        #expect(two.assignments == 0, "the first has not given up yet")
        try poll(first)
        #expect((one.revocations, one.assignments) == (1, 2))
        try poll(second)
        #expect((one.held.count, two.held.count) == (2, 1))
    }

    @Test("A killed member's partitions are free when its session ends, and it finds them lost")
    func session() throws {
        log.createMissing([TopicDefinition(name: "t", partitions: 2)])
        let (first, one) = try member()
        try poll(first)
        let (second, two) = try member()
        first.kill()
        try poll(second)
        #expect(two.held.isEmpty, "the session still runs")
        log.advance(by: .seconds(20))
        try poll(second)
        log.advance(by: .seconds(20))
        try poll(second)
        #expect(two.held.count == 2)
        #expect(one.revocations == 0, "the dead hear nothing")
    }

    @Test("A member that slept through its session loses its partitions and comes back")
    func lost() throws {
        log.createMissing([TopicDefinition(name: "t", partitions: 2)])
        let (sleeper, listener) = try member()
        try poll(sleeper)
        log.advance(by: .seconds(31))
        try poll(sleeper)
        #expect(listener.losses == 1)
        #expect(listener.held.count == 2)
    }

    @Test("A static member returns without a rebalance, and the former holder of its id is fenced")
    func staticMembership() throws {
        log.createMissing([TopicDefinition(name: "t", partitions: 2)])
        let (other, otherListener) = try member(log.client(groupInstanceID: "a"))
        let (old, _) = try member(log.client(groupInstanceID: "b"))
        for _ in 0..<2 { for consumer in [other, old] { try poll(consumer) } }
        let (new, newListener) = try member(log.client(groupInstanceID: "b"))
        try poll(new)
        try poll(other)
        #expect(newListener.held.count == 1)
        #expect(otherListener.revocations == 0, "the newcomer took its predecessor's place")
        let error = #expect(throws: StreamError.self) { try self.poll(old) }
        #expect(error?.kind == .fenced)
        #expect(error?.code == "FENCED_INSTANCE_ID")
    }

    @Test("A commit of a stale generation is refused")
    func staleCommit() throws {
        log.createMissing([TopicDefinition(name: "t", partitions: 1)])
        let (first, _) = try member()
        try poll(first)
        log.advance(by: .seconds(31))
        let error = #expect(throws: StreamError.self) {
            try first.commit([TopicPartition(topic: "t", partition: 0): 1])
        }
        #expect(error?.code == "UNKNOWN_MEMBER_ID")
    }

    @Test("A topic created later is assigned")
    func laterTopic() throws {
        let (consumer, listener) = try member()
        try poll(consumer)
        #expect(listener.held.isEmpty)
        log.createMissing([TopicDefinition(name: "t", partitions: 2)])
        try poll(consumer)
        #expect(listener.held.count == 2)
    }

    @Test("Compaction keeps the last value of each key at its offset")
    func compaction() throws {
        log.createMissing([TopicDefinition(name: "c", partitions: 1, compacted: true)])
        try log.append([
            OutgoingRecord(topic: "c", key: [1], value: [10]), OutgoingRecord(topic: "c", key: [2], value: [20]),
            OutgoingRecord(topic: "c", key: [1], value: [11]), OutgoingRecord(topic: "c", key: [2], value: nil),
        ])
        log.compact("c")
        #expect(log.records(of: "c").map(\.offset) == [2, 3])
        log.compact("c", removingTombstones: true)
        #expect(log.records(of: "c").map(\.value) == [[11]])
        #expect(log.ends(of: TopicPartition(topic: "c", partition: 0))?.high == 4)
        #expect(throws: StreamError.self) { try log.append([OutgoingRecord(topic: "c", value: [1])]) }
    }

    @Test("Injected faults meet the consumer's calls")
    func faults() throws {
        log.inject(SimulatedFault(.poll, StreamError(.retriable, code: "TEST", "injected"), skipping: 1))
        let (consumer, _) = try member()
        try poll(consumer)
        #expect(throws: StreamError.self) { try poll(consumer) }
        try poll(consumer)
    }
}
