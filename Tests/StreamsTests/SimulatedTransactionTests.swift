import Streams
import TestSupport
import Testing

@Suite("Simulated transactions follow Kafka")
struct SimulatedTransactionTests {
    private let log = SimulatedLog()
    private let partition = TopicPartition(topic: "t", partition: 0)

    private func producer(_ id: String = "tx") throws -> SimulatedProducer {
        let producer = try #require(try log.makeProducer(transactionalID: id) as? SimulatedProducer)
        try producer.initializeTransactions()
        return producer
    }

    private func send(_ value: UInt8, _ producer: any RecordProducer) throws {
        try producer.send(OutgoingRecord(topic: "t", key: [value], value: [value]))
    }

    private func visible(_ isolation: SimulatedLog.Isolation = .readCommitted) -> [UInt8] {
        log.records(of: "t", isolation: isolation).compactMap { $0.value?.first }
    }

    @Test("A marker takes an offset, and an open transaction holds the last stable offset back")
    func markers() throws {
        let first = try producer("one")
        let second = try producer("two")
        try first.begin()
        try send(1, first)
        try first.flush()
        try second.begin()
        try send(2, second)
        try second.commit()
        // Offsets: 0 data of one (open), 1 data of two, 2 marker of two.
        #expect(log.ends(of: partition)?.high == 3)
        #expect(log.ends(of: partition)?.lastStable == 0)
        #expect(visible() == [])
        #expect(visible(.readUncommitted) == [1, 2])
        try first.abort()
        #expect(log.ends(of: partition)?.lastStable == 4)
        #expect(visible() == [2])
        #expect(visible(.readUncommitted) == [1, 2])
    }

    @Test("A killed producer's records wait for the timeout or for the next holder of its id")
    func killed() throws {
        let old = try producer()
        try old.begin()
        try send(1, old)
        try old.flush()
        try send(2, old)
        old.kill()
        #expect(throws: StreamError.self) { try old.commit() }
        #expect(visible(.readUncommitted) == [1], "what was buffered died with the process")
        #expect(log.ends(of: partition)?.lastStable == 0)
        let new = try producer()
        #expect(log.ends(of: partition)?.lastStable == 2, "initialising aborted the open transaction")
        try new.begin()
        try send(3, new)
        try new.commit()
        #expect(visible() == [3])
    }

    @Test("A transaction that outlives its timeout is aborted and its producer fenced")
    func timeout() throws {
        let slow = try producer()
        try slow.begin()
        try send(1, slow)
        try slow.flush()
        log.advance(by: .seconds(31))
        #expect(log.ends(of: partition)?.lastStable == 2)
        let error = #expect(throws: StreamError.self) { try slow.commit() }
        #expect(error?.kind == .fenced)
        #expect(visible() == [])
    }

    @Test("An abortable error leaves nothing but the abort; then the producer goes on")
    func abortable() throws {
        let producer = try producer()
        log.inject(SimulatedFault(.sendOffsets, StreamError(.abortable, code: "ILLEGAL_GENERATION", "stale")))
        let consumer = try log.makeConsumer(group: "g")
        try consumer.subscribe(to: ["t"], listener: RecordingListener())
        try producer.begin()
        try send(1, producer)
        #expect(throws: StreamError.self) { try producer.sendOffsets([partition: 1], of: consumer) }
        #expect(throws: StreamError.self) { try producer.commit() }
        #expect(throws: StreamError.self) { try self.send(2, producer) }
        try producer.abort()
        try producer.begin()
        try send(3, producer)
        try producer.commit()
        #expect(visible() == [3])
    }

    @Test("A commit whose answer is lost has happened: retried it succeeds, aborted it is fatal")
    func indefiniteOutcome() throws {
        let retrying = try producer("one")
        let timedOut = StreamError(.retriable, code: "_TIMED_OUT", "no answer")
        log.inject(SimulatedFault(.commit, timedOut, moment: .after, count: 3))
        try retrying.begin()
        try send(1, retrying)
        try retrying.commit()
        #expect(visible() == [1])

        let aborting = try producer("two")
        log.inject(
            SimulatedFault(.commit, StreamError(.abortable, code: "_INCONSISTENT", "no answer"), moment: .after)
        )
        try aborting.begin()
        try send(2, aborting)
        let commit = #expect(throws: StreamError.self) { try aborting.commit() }
        #expect(commit?.kind == .abortable)
        let abort = #expect(throws: StreamError.self) { try aborting.abort() }
        #expect(abort?.kind == .fatal)
        #expect(visible() == [1, 2])
    }

    @Test("A call that is retried for ever is given up as fatal, with its outcome unknown")
    func retriesEnd() throws {
        let producer = try producer()
        log.inject(SimulatedFault(.commit, StreamError(.retriable, code: "_TIMED_OUT", "no answer"), count: 1000))
        try producer.begin()
        try send(1, producer)
        let error = #expect(throws: StreamError.self) { try producer.commit() }
        #expect(error?.kind == .fatal)
    }

    @Test(
        "Every class of error passes through every producer call as injected",
        arguments: [
            StreamError.Class.abortable, .fatal, .fenced,
        ]
    )
    func classes(kind: StreamError.Class) throws {
        for call in [SimulatedFault.Call.send, .commit, .abort, .flush, .begin] {
            let producer = try producer("tx-\(call.rawValue)")
            log.inject(SimulatedFault(call, StreamError(kind, code: "TEST", "injected")))
            let error = #expect(throws: StreamError.self) {
                try producer.begin()
                try self.send(1, producer)
                try producer.flush()
                if call == .abort { try producer.abort() } else { try producer.commit() }
            }
            #expect(error?.kind == kind, "\(call.rawValue)")
        }
    }

    @Test("Transactional offsets count for the group only after the commit")
    func offsets() throws {
        let consumer = try log.makeConsumer(group: "g")
        try log.append([OutgoingRecord(topic: "t", value: [1])])
        try consumer.subscribe(to: ["t"], listener: RecordingListener())
        _ = try consumer.poll(maximum: 1, maximumBytes: 1000, timeout: .zero)
        let producer = try producer()
        try producer.begin()
        try producer.sendOffsets([partition: 1], of: consumer)
        #expect(log.committed(group: "g").isEmpty)
        try producer.commit()
        #expect(log.committed(group: "g") == [partition: 1])
    }

    @Test("A record beyond the limit is refused without harm to the transaction")
    func oversize() throws {
        let producer = try producer()
        try producer.begin()
        let error = #expect(throws: StreamError.self) {
            try producer.send(OutgoingRecord(topic: "t", value: [UInt8](repeating: 0, count: 1_000_001)))
        }
        #expect(error?.code == "MSG_SIZE_TOO_LARGE")
        try send(1, producer)
        try producer.commit()
        #expect(visible() == [1])
    }
}
