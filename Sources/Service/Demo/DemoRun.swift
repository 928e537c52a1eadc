import Foundation
import KafkaLog
import Pipeline
public import Settings
import Streams
public import Telemetry

/// `centroidd demo`: the whole daemon on an in-process broker, fed with log lines, watched from the terminal.
public struct DemoRun: Sendable {
    /// Files to read; none: this machine's own logs.
    public var files: [String]
    /// Whether to end with the input.
    public var once: Bool
    /// Lines per second; nil: as fast as they are taken.
    public var rate: Int?

    private static let application = "demo"
    private static let topic = "logs"
    private static let output = "assignments"
    private static let partitions = 4
    /// Lines that a generator makes when the demo ends with its input.
    private static let generatedLines = 20_000

    /// A demo.
    public init(files: [String], once: Bool, rate: Int?) {
        self.files = files
        self.once = once
        self.rate = rate
    }

    /// Runs it; `base` holds the space and whatever else the user chose.
    ///
    /// - Throws: ``Exit``.
    public func run(base: Settings, sink: EventSink) async throws {
        let lines = try DemoLines.find(files: files, seed: UInt64(bitPattern: Int64(base.clusters.seed)))
        print("Log lines from \(lines.origin).")
        let broker: EmbeddedBroker
        do {
            broker = try EmbeddedBroker()
            for name in [Self.topic, Self.output] { try broker.createTopic(name, partitions: Self.partitions) }
            for name in ["model", "events", "dead-letter"] {
                try broker.createTopic("\(Self.application).\(name)", partitions: 1)
            }
        } catch {
            throw Exit(error)
        }
        let settings = Self.settings(base, broker: broker)
        let daemon = try Daemon(settings: settings, sink: sink)
        let feeder = try feeder(lines, settings: settings, daemon: daemon, sink: sink)
        feeder.start(limit: once ? Self.generatedLines : nil)
        let watching = Task { await watch(daemon, feeder) }
        defer { feeder.stop() }
        do {
            try await daemon.run()
        } catch {
            watching.cancel()
            throw error
        }
        watching.cancel()
        _ = await watching.value
        Self.summarise(daemon.status.statusReport())
    }

    private static func settings(_ base: Settings, broker: EmbeddedBroker) -> Settings {
        var settings = base
        settings.application = application
        settings.kafka.bootstrapServers = broker.bootstrapServers
        // The mock broker answers an empty fetch only after the whole wait.
        settings.kafka.properties["fetch.wait.max.ms"] = "10"
        settings.input.topics = [topic]
        settings.output.topic = output
        return settings
    }

    private func feeder(_ lines: DemoLines, settings: Settings, daemon: Daemon, sink: EventSink) throws -> DemoFeeder {
        do {
            let log = try KafkaRecordLog(options: settings.kafkaOptions, events: KafkaTelemetry(sink: sink))
            let pace = once ? rate : rate ?? 500
            return DemoFeeder(
                producer: try log.makeProducer(transactionalID: nil),
                topic: Self.topic,
                lines: lines,
                rate: pace,
                consumed: { daemon.status.pipeline.board.current.records.consumed }
            )
        } catch {
            throw Exit(error)
        }
    }

    /// Draws the summary until cancelled; ends the daemon when all is done.
    private func watch(_ daemon: Daemon, _ feeder: DemoFeeder) async {
        var summary = TerminalSummary()
        while !Task.isCancelled {
            let report = daemon.status.statusReport()
            summary.draw(report, address: daemon.address)
            let done = report.records.assigned + report.records.deadLettered + report.records.skipped
            if once, feeder.isFinished, done >= feeder.count { return daemon.stop() }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private static func summarise(_ report: StatusReport) {
        print("")
        for line in TerminalSummary.page(report, address: nil) { print(line) }
        print("")
        for cluster in report.clusters.prefix(8) {
            guard let text = cluster.representatives.first else { continue }
            print("  \(cluster.id): \(text.prefix(110))")
        }
    }
}
