import Streams
import TestSupport
import Testing

@Suite("Consume, transform, produce, under random faults and kills")
struct ExactlyOnceTests {
    /// How a copier commits: right, or in one of the ways that are known to be wrong.
    enum Discipline: CaseIterable {
        case transactional
        /// Offsets are committed before the output.
        case offsetsFirst
        /// Offsets are committed after the output, outside the transaction.
        case offsetsAfter
        /// Offsets are not committed at all.
        case withoutOffsets

        var isRight: Bool { self == .transactional }
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014): the same run for the same seed.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    /// One process: a member of the group and a producer.
    private struct Process {
        var consumer: SimulatedConsumer
        var producer: SimulatedProducer
        let listener = RecordingListener()
    }

    private static let count = 200
    private static let partitions = 3

    private func filledLog() throws -> SimulatedLog {
        let log = SimulatedLog()
        log.createMissing(["in", "out"].map { TopicDefinition(name: $0, partitions: Self.partitions) })
        try log.append(
            (0..<Self.count).map { value in
                OutgoingRecord(
                    topic: "in",
                    partition: Int32(value % Self.partitions),
                    value: [UInt8(value / 256), UInt8(value % 256)]
                )
            }
        )
        return log
    }

    private func start(_ log: SimulatedLog, id: String) throws -> Process {
        let process = Process(
            consumer: try #require(try log.makeConsumer(group: "g") as? SimulatedConsumer),
            producer: try #require(try log.makeProducer(transactionalID: id) as? SimulatedProducer)
        )
        try process.producer.initializeTransactions()
        try process.consumer.subscribe(to: ["in"], listener: process.listener)
        return process
    }

    /// Copies one batch; an abortable error is answered by abort and rewind.
    private func step(_ process: Process, _ log: SimulatedLog, _ discipline: Discipline) throws(StreamError) {
        let records = try process.consumer.poll(maximum: 7, maximumBytes: 1 << 20, timeout: .zero).records
        guard !records.isEmpty, let error = failure(of: records, by: process, discipline) else { return }
        guard error.kind == .abortable else { throw error }
        try process.producer.abort()
        let committed = log.committed(group: "g")
        var offsets: Offsets = [:]
        for partition in process.listener.held { offsets[partition] = committed[partition] ?? 0 }
        try process.consumer.seek(to: offsets)
    }

    private func failure(of records: [Record], by process: Process, _ discipline: Discipline) -> StreamError? {
        do throws(StreamError) {
            try copy(records, by: process, discipline)
            return nil
        } catch {
            return error
        }
    }

    private func copy(_ records: [Record], by process: Process, _ discipline: Discipline) throws(StreamError) {
        var offsets: Offsets = [:]
        for record in records { offsets[record.source] = record.offset + 1 }
        try process.producer.begin()
        if discipline == .offsetsFirst { try process.consumer.commit(offsets) }
        for record in records {
            try process.producer.send(
                OutgoingRecord(topic: "out", partition: record.source.partition, value: record.value)
            )
        }
        if discipline == .transactional { try process.producer.sendOffsets(offsets, of: process.consumer) }
        try process.producer.commit()
        if discipline == .offsetsAfter { try process.consumer.commit(offsets) }
    }

    private func inject(into log: SimulatedLog, _ generator: inout Generator) {
        let calls: [SimulatedFault.Call] = [
            .send, .sendOffsets, .commit, .begin, .initializeTransactions, .commitOffsets,
        ]
        let kinds: [StreamError.Class] = [.retriable, .abortable, .fatal]
        guard let call = calls.randomElement(using: &generator), let kind = kinds.randomElement(using: &generator)
        else {
            return
        }
        log.inject(
            SimulatedFault(
                call,
                StreamError(kind, code: "TEST", "injected"),
                moment: Bool.random(using: &generator) ? .after : .before,
                skipping: Int.random(in: 0..<5, using: &generator)
            )
        )
    }

    /// A run of two processes under faults, then one without; returns what the output holds, per partition in order.
    private func run(seed: UInt64, _ discipline: Discipline) throws -> [[Int]] {
        var generator = Generator(state: seed)
        let log = try filledLog()
        var processes: [String: Process] = [:]
        for _ in 0..<120 {
            let id = Bool.random(using: &generator) ? "a" : "b"
            if Int.random(in: 0..<6, using: &generator) == 0 { inject(into: log, &generator) }
            do {
                let process = try processes[id] ?? start(log, id: id)
                processes[id] = process
                try step(process, log, discipline)
                if Int.random(in: 0..<12, using: &generator) == 0 { try stop(id, &processes, log, halfWay: true) }
            } catch is StreamError {
                try stop(id, &processes, log, halfWay: false)
            }
        }
        log.clearFaults()
        for id in processes.keys.sorted() { try stop(id, &processes, log, halfWay: false) }
        log.advance(by: .seconds(61))
        let last = try start(log, id: "a")
        for _ in 0..<Self.count {
            try step(last, log, discipline == .withoutOffsets ? discipline : .transactional)
        }
        // The other id's open transaction ends with its timeout.
        log.advance(by: .seconds(61))
        return (0..<Self.partitions).map { partition in
            log.records(of: "out").filter { $0.source.partition == Int32(partition) }
                .map { Int($0.value?[0] ?? 0) * 256 + Int($0.value?[1] ?? 0) }
        }
    }

    /// SIGKILL, in the middle of a transaction or between two.
    private func stop(
        _ id: String,
        _ processes: inout [String: Process],
        _ log: SimulatedLog,
        halfWay: Bool
    ) throws {
        guard let process = processes.removeValue(forKey: id) else { return }
        if halfWay, (try? process.producer.begin()) != nil {
            for _ in 0..<20 {
                try? process.producer.send(OutgoingRecord(topic: "out", partition: 0, value: [255, 255]))
            }
        }
        process.producer.kill()
        process.consumer.kill()
        log.advance(by: .seconds(31))
    }

    private static let expected = (0..<partitions).map { partition in
        (0..<count).filter { $0 % partitions == partition }
    }

    @Test("Each record once, in order, whatever happens", arguments: 0..<60)
    func exactlyOnce(seed: Int) throws {
        #expect(try run(seed: UInt64(seed), .transactional) == Self.expected)
    }

    @Test(
        "The test can tell: every wrong way of committing is caught",
        arguments: Discipline.allCases.filter { !$0.isRight }
    )
    func wrongWays(_ discipline: Discipline) throws {
        var wrong = 0
        for seed in 0..<60 where try run(seed: UInt64(seed), discipline) != Self.expected { wrong += 1 }
        #expect(wrong > 0)
    }
}
