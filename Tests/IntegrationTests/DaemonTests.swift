import Clustering
import Embedding
import Foundation
import KafkaLog
import Pipeline
import Streams
import Testing

/// The real binary on Kafka. All on one suite, one after the other: the machine is small and each starts processes.
@Suite("The daemon on Kafka", .serialized, .timeLimit(.minutes(10)))
struct DaemonTests {
    private func expectExactlyOnce(_ kafka: KafkaUnderTest, count: Int) throws {
        let sources = try kafka.outputSources()
        #expect(sources.values.reduce(0) { $0 + $1.count } == count)
        for (partition, offsets) in sources {
            #expect(offsets == offsets.sorted(), "\(partition) is out of order")
            #expect(Set(offsets).count == offsets.count, "\(partition) has records twice")
        }
        #expect(sources.count == 4)
    }

    @Test func everyLineOnceAcrossARestart() async throws {
        let kafka = try KafkaUnderTest()
        let scratch = try Scratch()
        let lines = try KafkaUnderTest.logLines()
        // Half before the first stop, so that it happens in the middle of the work whatever the machine's speed.
        try kafka.produce(Array(lines.prefix(lines.count / 2)))
        let configuration = try kafka.configuration(in: scratch.folder)
        let first = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
        #expect(try await kafka.waitForOutput(lines.count / 4), "\(first.errors)")
        first.signal(SIGTERM)
        #expect(try await first.code(within: 40) == 0, "\(first.errors)")
        try kafka.produce(Array(lines.suffix(from: lines.count / 2)))
        let second = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
        #expect(try await kafka.waitForOutput(lines.count, seconds: 90), "\(second.errors)")
        second.signal(SIGTERM)
        #expect(try await second.code(within: 40) == 0, "\(second.errors)")
        try expectExactlyOnce(kafka, count: lines.count)
        let stored = try #require(
            try ModelStore(topic: "\(kafka.application).model").restore(from: kafka.log)
        )
        #expect(stored.model.records == UInt64(lines.count))
        #expect(abs(stored.model.totalWeight - Double(lines.count)) < 1e-3)
        #expect(stored.covered.values.reduce(0, +) >= Int64(lines.count))
        #expect(stored.model.clusters.count > 5)
    }

    @Test(.enabled(if: KafkaUnderTest.realServers != nil, "needs a real cluster: KAFKA_BOOTSTRAP_SERVERS is not set"))
    func killsAtRandomMomentsLoseAndRepeatNothing() async throws {
        let kafka = try KafkaUnderTest()
        let scratch = try Scratch()
        let lines = try KafkaUnderTest.logLines()
        let configuration = try kafka.configuration(in: scratch.folder)
        // Lines keep coming, so that every kill meets work in hand and an open transaction.
        async let feeding: Void = kafka.feed(lines, for: .seconds(20))
        for _ in 0..<12 {
            let daemon = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
            try await Task.sleep(for: .milliseconds(Int.random(in: 200...3000)))
            daemon.signal(SIGKILL)
            _ = try await daemon.code(within: 5)
        }
        try await feeding
        let last = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
        #expect(try await kafka.waitForOutput(lines.count, seconds: 180), "\(last.errors)")
        last.signal(SIGTERM)
        #expect(try await last.code(within: 40) == 0, "\(last.errors)")
        try expectExactlyOnce(kafka, count: lines.count)
        let stored = try #require(
            try ModelStore(topic: "\(kafka.application).model").restore(from: kafka.log)
        )
        #expect(abs(stored.model.totalWeight - Double(lines.count)) < 1e-3)
    }

    @Test(.enabled(if: KafkaUnderTest.realServers != nil, "needs a real cluster: KAFKA_BOOTSTRAP_SERVERS is not set"))
    func aSecondInstanceFencesTheFirst() async throws {
        let kafka = try KafkaUnderTest()
        let scratch = try Scratch()
        let configuration = try kafka.configuration(in: scratch.folder)
        try kafka.produce((0..<1_000).map { Array("line \($0)".utf8) })
        let first = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
        #expect(try await kafka.waitForOutput(1_000), "\(first.errors)")
        let second = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
        #expect(try await first.code(within: 60) == 75, "\(first.errors)")
        try kafka.produce((0..<1_000).map { Array("line \($0)".utf8) })
        #expect(try await kafka.waitForOutput(2_000), "\(second.errors)")
        second.signal(SIGTERM)
        #expect(try await second.code(within: 40) == 0, "\(second.errors)")
        try expectExactlyOnce(kafka, count: 2_000)
    }

    @Test func badRecordsOfEveryKindGoToTheDeadLetterTopic() async throws {
        let kafka = try KafkaUnderTest()
        let scratch = try Scratch()
        let good: [[UInt8]?] = (0..<400).map { Array("{\"message\": \"request \($0) served\"}".utf8) }
        let bad: [[UInt8]?] = [
            nil, [], Array("{\"message\": ".utf8), Array("{\"other\": 1}".utf8), [0x7b, 0xff, 0x7d],
            Array("{\"message\": 5}".utf8), [UInt8](repeating: 0x61, count: 10 << 20),
        ]
        try kafka.produce(Array(good.prefix(200)) + bad + Array(good.suffix(200)))
        let configuration = try kafka.configuration(in: scratch.folder)
        let json = try String(contentsOfFile: configuration, encoding: .utf8)
            .replacingOccurrences(of: "format: text", with: "format: json")
            .replacingOccurrences(of: "space: {kind: text,", with: "space: {kind: text, field: message,")
        try json.write(toFile: configuration, atomically: true, encoding: .utf8)
        let daemon = try DaemonProcess(["run", "--config", configuration], scratch: scratch.folder)
        #expect(try await kafka.waitForOutput(good.count), "\(daemon.errors)")
        var codes: [String] = []
        try kafka.log.readAll(topic: "\(kafka.application).dead-letter") { record in
            let headers = record.headers.filter { $0.name == "error-code" }.compactMap(\.value)
            codes += headers.map { String(decoding: $0, as: UTF8.self) }
            #expect(record.headers.contains { $0.name == "source-offset" })
        }
        daemon.signal(SIGTERM)
        #expect(try await daemon.code(within: 40) == 0, "\(daemon.errors)")
        #expect(
            codes.sorted() == [
                "empty", "malformed_json", "malformed_json", "missing_field", "tombstone", "too_large", "wrong_type",
            ]
        )
        #expect(try kafka.outputCount() == good.count)
    }

    @Test func systemdIsToldReadyOnlyAfterTheFirstAssignment() async throws {
        let kafka = try KafkaUnderTest()
        let scratch = try Scratch()
        let socket = try NotifySocket(path: scratch.folder.appending(path: "notify").path)
        let configuration = try kafka.configuration(in: scratch.folder)
        let daemon = try DaemonProcess(
            ["run", "--config", configuration],
            environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "3000000"],
            scratch: scratch.folder
        )
        let ready = try await socket.wait(for: "READY=1", seconds: 30)
        #expect(ready, "\(daemon.errors)")
        #expect(daemon.errors.contains("partitions assigned"), "the assignment came first")
        #expect(try await socket.wait(for: "WATCHDOG=1", seconds: 10))
        daemon.signal(SIGTERM)
        #expect(try await socket.wait(for: "STOPPING=1", seconds: 10))
        #expect(try await daemon.code(within: 40) == 0, "\(daemon.errors)")
    }

    @Test func withoutABrokerTheCodeSaysSo() async throws {
        let scratch = try Scratch()
        let kafka = try KafkaUnderTest()
        let path = try kafka.configuration(in: scratch.folder)
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacingOccurrences(of: "\"\(kafka.servers)\"", with: "\"127.0.0.1:1\"")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let result = try DaemonProcess.run(["check", "--config", path, "--connect"])
        #expect(result.code == 69, "\(result.errors)")
    }
}
