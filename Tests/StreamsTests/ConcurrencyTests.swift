import Dispatch
import Streams
import Synchronization
import TestSupport
import Testing

@Suite("The simulated log is one cluster for many threads", .ownThread)
struct ConcurrencyTests {
    @Test("Two members and two producers on threads of their own: each record comes to one member, once")
    func manyThreads() throws {
        let log = SimulatedLog()
        log.createMissing([TopicDefinition(name: "t", partitions: 4)])
        let (writers, perWriter) = (2, 300)
        let seen = Mutex<[Int: Int]>([:])
        let failures = Mutex<[String]>([])
        let group = DispatchGroup()
        func lane(_ name: String, _ body: @escaping @Sendable () throws -> Void) {
            DispatchQueue(label: name).async(group: group) {
                do { try body() } catch { failures.withLock { $0.append("\(name): \(error)") } }
            }
        }
        for writer in 0..<writers {
            lane("writer-\(writer)") {
                let producer = try log.makeProducer(transactionalID: "tx-\(writer)")
                try producer.initializeTransactions()
                for start in stride(from: 0, to: perWriter, by: 10) {
                    try producer.begin()
                    for index in start..<(start + 10) {
                        let value = writer * perWriter + index
                        try producer.send(OutgoingRecord(topic: "t", value: [UInt8(value / 256), UInt8(value % 256)]))
                    }
                    try producer.commit()
                }
            }
        }
        for member in 0..<2 {
            lane("member-\(member)") {
                let consumer = try log.makeConsumer(group: "g")
                try consumer.subscribe(to: ["t"], listener: RecordingListener())
                let deadline = ContinuousClock.now + .seconds(20)
                while seen.withLock({ $0.count }) < writers * perWriter, ContinuousClock.now < deadline {
                    let records = try consumer.poll(maximum: 20, maximumBytes: 1 << 20, timeout: .milliseconds(1))
                        .records
                    var offsets: Offsets = [:]
                    for record in records {
                        offsets[record.source] = record.offset + 1
                        seen.withLock {
                            $0[Int(record.value?[0] ?? 0) * 256 + Int(record.value?[1] ?? 0), default: 0] += 1
                        }
                    }
                    // The membership is current: a rebalance is served by this thread's polls alone.
                    if !offsets.isEmpty { try consumer.commit(offsets) }
                    _ = consumer.endOffsets()
                }
                consumer.close()
            }
        }
        group.wait()
        #expect(failures.withLock { $0 } == [])
        #expect(seen.withLock { $0.count } == writers * perWriter)
        #expect(seen.withLock { $0.values.allSatisfy { $0 == 1 } })
    }
}
