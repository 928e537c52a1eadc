import Foundation
import KafkaLog
import Streams
import TestSupport
import Testing

/// Entities and sessions by the real binary on Kafka: their states are in a topic of their own.
@Suite("What is kept by key, on Kafka", .serialized, .timeLimit(.minutes(5)))
struct KeyedDaemonTests {
    private struct Published: Decodable {
        var entity: String?
        var features: [String: Double?]?
        var session: String?
        var events: Int?
        var sequence: [Int]?
    }

    /// A few hours ago: what is older than a topic's retention may be deleted at once.
    private let start = Int64(Date().timeIntervalSince1970) * 1000 - 20_000_000

    private func published(_ kafka: KafkaUnderTest) throws -> [Published] {
        var published: [Published] = []
        try kafka.log.readAll(topic: kafka.output) { record in
            published.append(try JSONDecoder().decode(Published.self, from: Data(record.value ?? [])))
        }
        return published
    }

    /// Sends the first half, stops the daemon in the middle of it, sends the rest, and stops it when `isDone`.
    private func run(
        _ kafka: KafkaUnderTest,
        _ change: (String) -> String,
        halves: [[OutgoingRecord]],
        isDone: ([Published]) -> Bool
    ) async throws -> [Published] {
        let scratch = try Scratch()
        let configuration = try kafka.configuration(in: scratch.folder)
        // A member that comes back may be kept waiting until the session of the one that left is over.
        let text = change(try String(contentsOfFile: configuration, encoding: .utf8))
            .replacingOccurrences(of: "kafka:\n", with: "kafka:\n  session_timeout: 8s\n")
            + "\npipeline: {drain_timeout: 5s}\n"
        try text.write(toFile: configuration, atomically: true, encoding: .utf8)
        for (number, half) in halves.enumerated() {
            try kafka.send(half)
            let daemon = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
            let isLast = number == halves.count - 1
            #expect(
                try await kafka.wait(seconds: 60) {
                    let published = try published(kafka)
                    return isLast ? isDone(published) : !published.isEmpty
                },
                "\(daemon.errors)"
            )
            daemon.signal(SIGTERM)
            #expect(try await daemon.code(within: 40) == 0, "\(daemon.errors)")
        }
        return try published(kafka)
    }

    @Test("Every session is published once across a restart, with all its events")
    func sessions() async throws {
        let kafka = try KafkaUnderTest()
        let lines = [
            "Receiving block blk_N src /10.0.0.1:50", "Received block blk_N of size 67", "Verified blk_N at last",
        ]
        // The lines of four blocks are interleaved, in the partition of the block; the last record of each partition ends all.
        let records = (0..<2400).map { number -> OutgoingRecord in
            let (block, step) = (number / 12 * 4 + number % 4, number % 12 / 4)
            return OutgoingRecord(
                topic: kafka.input,
                partition: Int32(block % 4),
                timestamp: start + Int64(number / 4) * 1000,
                value: Array(lines[step].replacingOccurrences(of: "blk_N", with: "blk_\(block)").utf8)
            )
        }
        let ends = (0..<4).map { partition in
            OutgoingRecord(
                topic: kafka.input,
                partition: Int32(partition),
                timestamp: start + 10_000_000,
                value: Array("the day is over".utf8)
            )
        }
        let published = try await run(
            kafka,
            { text in
                text.replacingOccurrences(of: "space: {kind: text, dimension: 64}", with: "space: {kind: session}")
                    + "\nsession: {pattern: 'blk_[0-9]+', size: 1m}"
            },
            halves: [Array(records.prefix(1000)), records.suffix(1400) + ends],
            isDone: { $0.count >= 800 }
        )
        #expect(published.count == 800)
        #expect(Set(published.compactMap(\.session)).count == 800)
        #expect(published.allSatisfy { $0.events == 3 && Set($0.sequence ?? []).count == 3 })
    }

    @Test("The figures of entities go on across a restart")
    func entities() async throws {
        let kafka = try KafkaUnderTest()
        let records = (0..<2000).map { number -> OutgoingRecord in
            let customer = number % 100
            return OutgoingRecord(
                topic: kafka.input,
                partition: Int32(customer % 4),
                timestamp: start + Int64(number) * 60_000,
                key: Array("c\(customer)".utf8),
                value: Array("{\"amount\": \(customer % 3 * 10 + 1)}".utf8)
            )
        }
        let published = try await run(
            kafka,
            { text in
                text.replacingOccurrences(of: "format: text", with: "format: json, key: entity")
                    .replacingOccurrences(of: "space: {kind: text, dimension: 64}", with: "space: {kind: features}")
                    + "\nentity: {value: amount, publish: always}"
            },
            halves: [Array(records.prefix(700)), Array(records.suffix(1300))],
            isDone: { $0.count >= 2000 }
        )
        #expect(published.count == 2000)
        for customer in 0..<100 {
            let own = published.filter { $0.entity == "c\(customer)" }
            #expect(own.compactMap { $0.features?["frequency"] ?? nil } == (1...20).map(Double.init))
            #expect(own.last?.features?["monetary"] == .some(Double(20 * (customer % 3 * 10 + 1))))
        }
    }
}
