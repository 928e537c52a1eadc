public import Clustering
import Dispatch
public import Embedding
import Foundation
public import Pipeline
public import Settings
public import Streams
public import Telemetry

/// The pipeline between two logs that are not Kafka: `pipe`, and the measuring of `evaluate`.
///
/// Reclustering runs inline, at an exact record, so that the same input gives the same output.
public struct PipeRun: Sendable {
    /// A period given in time means nothing where records come as fast as they can; this one takes its place, after a
    /// beginning in which the model is reclustered each time the records have doubled.
    private static let recordsPerPeriod: UInt64 = 2_000_000

    private let settings: Settings
    private let log: any RecordLog
    private let topics: [String]
    private let sink: EventSink

    /// Prepares a run from `topics` of a log to the log's output.
    public init(settings: Settings, log: any RecordLog, topics: [String], sink: EventSink) {
        self.settings = settings
        self.log = log
        self.topics = topics
        self.sink = sink
    }

    /// Options as the daemon has them, but for what only Kafka has.
    private func options(linger: Duration) -> PipelineOptions {
        var options = settings.pipelineOptions
        options.topics = topics
        options.store = nil
        options.delivery = .atLeastOnce
        options.memory = settings.pipeline.memory
        options.linger = linger
        options.flushesWhenIdle = true
        options.reclustersInline = true
        options.reclusterLanes = .dispatch(options.lanes)
        options.canRewind = false
        if case .seconds = options.schedule.period {
            options.schedule.period = .records(Self.recordsPerPeriod)
        }
        return options
    }

    /// Runs to the end of the input, or to SIGINT or SIGTERM; what was read by then is finished.
    ///
    /// - Parameters:
    ///   - model: the model to begin with.
    ///   - progress: called every quarter of a second with the records done.
    /// - Returns: the model as it stands at the end.
    /// - Throws: ``Exit``.
    public func run(
        space: any Space,
        model: Model? = nil,
        linger: Duration = .milliseconds(250),
        progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> Model? {
        try await run(space: space, model: model, entities: nil, linger: linger, progress: progress).model
    }

    /// The same with the states of entities, where entities are clustered.
    ///
    /// - Parameters:
    ///   - model: the model to begin with.
    ///   - entities: the entities to begin with.
    /// - Returns: the model and the entities as they stand at the end.
    /// - Throws: ``Exit``.
    public func run(
        space: any Space,
        model: Model?,
        entities: EntitySnapshot?,
        linger: Duration = .milliseconds(250),
        progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> (model: Model?, entities: EntitySnapshot?) {
        let pipeline = Pipeline(
            options: options(linger: linger),
            log: log,
            space: space,
            decoder: settings.decoder(for: space),
            model: model,
            entities: entities,
            sink: sink
        )
        let interrupt = Interrupt { pipeline.stop() }
        defer { interrupt.cancel() }
        do {
            try pipeline.start()
            let reporter = progress.map { progress in
                Task {
                    while !Task.isCancelled {
                        progress(pipeline.board.current.records.consumed)
                        try? await Task.sleep(for: .milliseconds(250))
                    }
                }
            }
            defer { reporter?.cancel() }
            try await pipeline.waitForEnd()
        } catch PipelineFailure.log(let error) where error.code == "EPIPE" {
            // `centroidd pipe | head`: nobody wants to read on, and nobody wants to read of it.
            throw Exit(.clean)
        } catch {
            throw Exit(error)
        }
        return (pipeline.currentModel(), pipeline.currentEntities())
    }
}

/// Turns SIGINT and SIGTERM into a call.
final class Interrupt: Sendable {
    // Safe: written once in `init`, and a dispatch source may be cancelled from any thread.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    init(_ action: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: action)
            source.activate()
            return source
        }
    }

    func cancel() { sources.forEach { $0.cancel() } }
}
