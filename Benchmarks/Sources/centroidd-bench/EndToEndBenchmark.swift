import Embedding
import Foundation
import KafkaLog
import Logging
import Service
import Settings
import Streams
import Synchronization
import Telemetry

/// The whole daemon between topics of the embedded broker: exactly once, all stages.
enum EndToEndBenchmark {
    /// Log lines, repeated where there are not enough: real ones where the data is there, generated ones where not.
    private static func lines(_ count: Int) -> (origin: String, lines: [[UInt8]]) {
        let root = ProcessInfo.processInfo.environment["CENTROIDD_DATA"] ?? "../shared/data"
        let folder = "\(root)/logs/loghub2k"
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".log")
        }
        let real = files.sorted().flatMap { name -> [[UInt8]] in
            (FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data())
                .split(separator: UInt8(ascii: "\n")).map { Array($0) }
        }
        if real.count >= 10_000 {
            return ("loghub2k", (0..<count).map { real[$0 % real.count] })
        }
        var generator = LogGenerator(seed: 1)
        return ("generated", (0..<count).map { _ in Array(generator.next().utf8) })
    }

    /// Texts a second that the embedding stage alone makes of the same lines, on all lanes.
    static func alone(model: String, count: Int) throws -> Double {
        let space = try TransformerTextSpace(folder: model, precision: .automatic)
        let texts = TextCorpus.logLines(count).texts
        return Double(count)
            / PeerComparison.several(space, texts, ProcessInfo.processInfo.activeProcessorCount, repeats: 1)
    }

    /// - Parameter alone: where given, the texts are all different, and the rate is told as a share of it.
    static func run(
        name: String,
        model: String?,
        count: Int,
        commitInterval: Duration = .milliseconds(500),
        alone: Double? = nil
    ) async throws {
        let broker = try EmbeddedBroker()
        for topic in ["logs", "assignments"] { try broker.createTopic(topic, partitions: 4) }
        for topic in ["model", "events", "dead-letter"] { try broker.createTopic("bench.\(topic)", partitions: 1) }
        var settings = Settings()
        settings.application = "bench"
        settings.kafka.bootstrapServers = broker.bootstrapServers
        settings.kafka.properties["fetch.wait.max.ms"] = "10"
        settings.input.topics = ["logs"]
        settings.space.model = model
        settings.http.listen = nil
        settings.output.commitInterval = commitInterval
        let quiet = EventSink(logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let daemon = try Daemon(settings: settings, sink: quiet)
        let distinct = TextCorpus.logLines(count)
        let (origin, lines) =
            alone == nil ? lines(count) : (distinct.name, distinct.texts.map { Array($0.utf8) })
        let log = try KafkaRecordLog(options: settings.kafkaOptions)
        let producer = try log.makeProducer(transactionalID: nil)
        let running = Task { try await daemon.run() }
        let status = daemon.status
        Thread.detachNewThread {
            for (index, line) in lines.enumerated() {
                // The embedded broker keeps 5 MiB of a partition: never get far ahead.
                while index % 100 == 0, index - status.statusReport().records.consumed > 10_000 {
                    Thread.sleep(forTimeInterval: 0.005)
                }
                try? producer.send(OutgoingRecord(topic: "logs", partition: Int32(index % 4), value: line))
            }
            try? producer.flush()
            producer.close()
        }
        var started: ContinuousClock.Instant?
        while true {
            let report = status.statusReport()
            if started == nil, report.records.consumed > 0 { started = .now }
            if report.records.assigned >= lines.count { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        let elapsed = (ContinuousClock.now - (started ?? .now)) / .seconds(1)
        let report = status.statusReport()
        Measure.print(
            "end to end, \(name)",
            [
                ("records/s", Measure.rounded(Double(lines.count) / elapsed)),
                ("records", "\(lines.count) (\(origin))"),
                ("transactions", "\(report.transactions.committed)"), ("commit interval", "\(commitInterval)"),
                ("clusters", "\(report.model.clusters)"),
                ("of the embedding alone", alone.map { Measure.rounded(Double(lines.count) / elapsed / $0, 2) } ?? "-"),
            ]
        )
        daemon.stop()
        try await running.value
    }
}
