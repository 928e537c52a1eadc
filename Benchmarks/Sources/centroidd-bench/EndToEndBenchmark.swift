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

    /// What the embedding stage alone makes of the same lines, on all lanes.
    struct Alone {
        /// Texts a second.
        var rate: Double
        /// Texts a processor second: what other programs take of the machine is not in it.
        var rateOfProcessor: Double
    }

    static func alone(model: String, count: Int) throws -> Alone {
        let space = try TransformerTextSpace(folder: model, precision: .automatic)
        let texts = TextCorpus.logLines(count).texts
        let before = Measure.wholeProcessorSeconds()
        let seconds = PeerComparison.several(space, texts, ProcessInfo.processInfo.activeProcessorCount, repeats: 1)
        // One run of the two does not count in the time, but it is the same work.
        let processor = (Measure.wholeProcessorSeconds() - before) / 2
        return Alone(rate: Double(count) / seconds, rateOfProcessor: Double(count) / processor)
    }

    /// - Parameter alone: where given, the texts are all different, and the rate is told as a share of it.
    static func run(
        name: String,
        model: String?,
        count: Int,
        commitInterval: Duration = .milliseconds(500),
        alone: Alone? = nil
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
                // A report takes about a millisecond: asked for often it would be a part of what is measured.
                while index % 1000 == 0, index - status.statusReport().records.consumed > 10_000 {
                    Thread.sleep(forTimeInterval: alone == nil ? 0.02 : 0.25)
                }
                try? producer.send(OutgoingRecord(topic: "logs", partition: Int32(index % 4), value: line))
            }
            try? producer.flush()
            producer.close()
        }
        var started: ContinuousClock.Instant?
        var processor = 0.0
        while true {
            let report = status.statusReport()
            if started == nil, report.records.consumed > 0 {
                (started, processor) = (.now, Measure.wholeProcessorSeconds())
            }
            if report.records.assigned >= lines.count { break }
            let isFar = alone != nil && report.records.assigned * 10 < lines.count * 9
            try await Task.sleep(for: .milliseconds(started == nil ? 2 : isFar ? 500 : 50))
        }
        let elapsed = (ContinuousClock.now - (started ?? .now)) / .seconds(1)
        processor = Measure.wholeProcessorSeconds() - processor
        let report = status.statusReport()
        Measure.print(
            "end to end, \(name)",
            [
                ("records/s", Measure.rounded(Double(lines.count) / elapsed)),
                ("records", "\(lines.count) (\(origin))"),
                ("transactions", "\(report.transactions.committed)"), ("commit interval", "\(commitInterval)"),
                ("clusters", "\(report.model.clusters)"),
                ("cores", Measure.rounded(processor / elapsed, 2)),
                (
                    "of the embedding alone",
                    alone.map { Measure.rounded(Double(lines.count) / elapsed / $0.rate, 2) } ?? "-"
                ),
                (
                    "by processor time",
                    alone.map { Measure.rounded(Double(lines.count) / processor / $0.rateOfProcessor, 2) } ?? "-"
                ),
            ]
        )
        daemon.stop()
        try await running.value
    }
}
