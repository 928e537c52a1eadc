import Dispatch
import Embedding
import Foundation
import KafkaLog
import Logging
import Pipeline
import ServiceLifecycle
public import Settings
import StatusServer
import Streams
import Synchronization
public import Telemetry
import UnixSignals

/// The daemon: one pipeline on Kafka, its HTTP server and its service manager, from configuration to exit.
public final class Daemon: Sendable {
    private let settings: Settings
    private let log: KafkaRecordLog
    private let pipeline: Pipeline
    private let sink: EventSink
    private let boundAddress = Mutex<String?>(nil)

    /// What it says of itself.
    public let status: DaemonStatus

    /// Loads the space and prepares the pipeline; nothing is read or written yet.
    ///
    /// - Throws: ``Exit``.
    public init(settings: Settings, sink: EventSink) throws {
        self.settings = settings
        self.sink = sink
        let application = settings.application ?? "centroidd"
        let space: any Space
        do {
            space = try settings.makeSpace(sink: sink, waits: true)
            log = try KafkaRecordLog(options: settings.kafkaOptions, events: KafkaTelemetry(sink: sink))
            pipeline = Pipeline(
                options: settings.pipelineOptions,
                log: log,
                space: space,
                decoder: settings.decoder(for: space),
                sink: sink
            )
        } catch {
            throw Exit(error)
        }
        status = DaemonStatus(
            application: application,
            pipeline: pipeline,
            space: space,
            sink: sink,
            started: Timestamp.now()
        )
    }

    /// Where the HTTP server listens; nil until it does, or when it is off.
    public var address: String? { boundAddress.withLock { $0 } }

    /// Asks for an orderly end.
    public func stop() {
        sink.emit(ServiceStopping(reason: "asked to stop"))
        // Before it runs, it may be waiting for a broker.
        if pipeline.state == .starting { log.interrupt() }
        pipeline.stop()
    }

    /// Runs until SIGTERM, SIGINT, ``stop()`` or a failure.
    ///
    /// - Throws: ``Exit``.
    public func run() async throws {
        let started = ContinuousClock.now
        sink.emit(ServiceStarted(application: status.application, version: Version.current))
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(
                service: PipelineService(daemon: self),
                successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup
            )
        ]
        if let server = try statusServer() { services.append(.init(service: server)) }
        if let notifier = ServiceNotifier(environment: ProcessInfo.processInfo.environment) {
            services.append(.init(service: NotifierService(notifier: notifier, pipeline: pipeline, status: status)))
        }
        var configuration = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: sink.logger
        )
        configuration.maximumGracefulShutdownDuration = settings.pipeline.drainTimeout + .seconds(10)
        let impatience = ImpatientSignals(sink: sink)
        defer { impatience.cancel() }
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            let exit = Exit(error)
            if exit.code == .tryAgain, case .log(let cause)? = error as? PipelineFailure, cause.kind == .fenced {
                sink.emit(InstanceFenced(message: cause.message))
            }
            sink.emit(
                ServiceStopped(seconds: (ContinuousClock.now - started).inSeconds, exitCode: exit.code.rawValue)
            )
            throw exit
        }
        sink.emit(ServiceStopped(seconds: (ContinuousClock.now - started).inSeconds, exitCode: 0))
    }

    /// Starts the pipeline and waits for its end.
    fileprivate func runPipeline() async throws {
        // Starting waits for the broker; not on a thread of the cooperative pool.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue(label: "centroidd.start").async { [pipeline] in
                continuation.resume(with: Result { try pipeline.start() })
            }
        }
        try await pipeline.waitForEnd()
    }

    private func statusServer() throws -> StatusServer? {
        guard let listen = settings.http.listen else { return nil }
        return StatusServer(
            configuration: .init(host: listen.host, port: listen.port),
            source: status,
            logger: sink.logger
        ) { [self] address in
            boundAddress.withLock { $0 = "\(address)" }
        }
    }
}

/// Runs the pipeline as a service: a graceful shutdown drains it.
private struct PipelineService: Service {
    let daemon: Daemon

    func run() async throws {
        let wasStopped = Atomic(false)
        do {
            try await withGracefulShutdownHandler {
                try await daemon.runPipeline()
            } onGracefulShutdown: {
                wasStopped.store(true, ordering: .releasing)
                daemon.stop()
            }
        } catch PipelineFailure.log(let error) where wasStopped.load(ordering: .acquiring) && error.code == "_INTR" {
            // Stopped while it waited for a broker: that is an orderly end.
        }
    }
}

/// Tells systemd how we are: ready after the first assignment, a status line, and the watchdog as long as the
/// polling loop turns.
private struct NotifierService: Service {
    let notifier: ServiceNotifier
    let pipeline: Pipeline
    let status: DaemonStatus

    func run() async throws {
        let pause = min(notifier.watchdogInterval.map { $0 / 3 } ?? .seconds(5), .seconds(5))
        var isReady = false
        var lastBeat: UInt64 = 0
        await withGracefulShutdownHandler {
            while !Task.isShuttingDownGracefully {
                let report = status.statusReport()
                // A daemon that waits for its embedding server has done what it can to start.
                if report.ready || report.server?.answers == false, !isReady {
                    isReady = true
                    notifier.ready(status: Self.line(report))
                }
                let beat = pipeline.heartbeat
                // Before the loop exists there is nothing to watch: starting has its own time limit.
                if beat != lastBeat || !isReady || pipeline.state == .starting { notifier.watchdog() }
                lastBeat = beat
                notifier.status(Self.line(report))
                try? await Task.sleep(for: isReady ? pause : .milliseconds(100))
            }
        } onGracefulShutdown: {
            notifier.stopping()
        }
        while !Task.isCancelled, pipeline.state == .draining {
            notifier.watchdog()
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private static func line(_ report: StatusReport) -> String {
        let lag = report.partitions.compactMap(\.lag).reduce(0, +)
        return "\(report.state): \(report.records.assigned) records, lag \(lag), \(report.model.clusters) clusters, "
            + "\(report.records.anomalies) anomalies"
            + (report.server.map { $0.answers ? "" : "; \($0.url) does not answer" } ?? "")
    }
}

/// A second SIGTERM or SIGINT ends the process at once: the open transaction times out at the broker, and nothing of
/// it is ever seen.
private final class ImpatientSignals: Sendable {
    // Safe: written once in `init`, and a dispatch source may be cancelled from any thread.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init(sink: EventSink) {
        let received = Received()
        sources = [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                guard received.count() > 1 else { return }
                sink.logger.error("second signal: stopping at once; what was not committed will be read again")
                _exit(ExitCode.tryAgain.rawValue)
            }
            source.activate()
            return source
        }
    }

    func cancel() { sources.forEach { $0.cancel() } }

    private final class Received: Sendable {
        private let signals = Atomic(0)

        func count() -> Int { signals.add(1, ordering: .relaxed).newValue }
    }
}
