public import Clustering
import Dispatch
public import Embedding
import Foundation
import Kernels
public import Streams
import Synchronization
public import Telemetry

/// The whole pipeline: reads, embeds, assigns, publishes, learns; from one log to the same.
///
/// One thread polls; embedding fans out over serial lanes; one serial queue publishes in order; reclustering runs at
/// utility quality of service. What is in flight is bounded by one budget.
public final class Pipeline: Sendable {
    struct Lifecycle: Sendable {
        var state = PipelineState.created
        var failure: PipelineFailure?
        var assignment: [TopicPartition] = []
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    struct Parts: Sendable {
        var reader: Reader
        var publisher: Publisher
        var stage: EmbeddingStage
        var sequencer: Sequencer
    }

    let options: PipelineOptions
    let log: any RecordLog
    let space: any Space
    let decoder: RecordDecoder
    let sink: EventSink
    let startModel: Model?
    let startEntities: EntitySnapshot?
    let budget: FlowBudget
    let reclusterQueue = DispatchQueue(label: "centroidd.recluster", qos: .utility)
    let lifecycle = Mutex(Lifecycle())
    let parts = Mutex<Parts?>(nil)

    /// What has been done so far.
    public let board: ProgressBoard

    /// A pipeline.
    ///
    /// - Parameters:
    ///   - model: the model to begin with where the store is empty or absent; nil begins with none.
    ///   - entities: the entities to begin with where their states live in memory alone; nil begins with none.
    public init(
        options: PipelineOptions,
        log: any RecordLog,
        space: any Space,
        decoder: RecordDecoder,
        model: Model? = nil,
        entities: EntitySnapshot? = nil,
        sink: EventSink,
        board: ProgressBoard = ProgressBoard()
    ) {
        self.options = options
        self.log = log
        self.space = space
        self.decoder = decoder
        self.sink = sink
        self.board = board
        startModel = model
        startEntities = entities
        // While the publisher makes a model anew there must be enough to embed; where it is the slower one, little to wait for.
        budget = FlowBudget(maximumBytes: options.memory, maximumBatches: 6 * options.lanes + 2)
    }

    /// Where the pipeline stands.
    public var state: PipelineState { lifecycle.withLock { $0.state } }

    /// The partitions that are read.
    public var assignment: [TopicPartition] { lifecycle.withLock { $0.assignment } }

    /// Bytes in flight: now, at most, and the ceiling.
    public var memory: (inFlight: Int, peak: Int, ceiling: Int) {
        let usage = budget.current
        return (usage.bytes, usage.peakBytes, budget.maximumBytes)
    }

    /// A number that changes as long as the polling loop turns.
    public var heartbeat: UInt64 { parts.withLock { $0?.reader.turns ?? 0 } }

    /// The ends of the owned partitions as last heard of.
    public var endOffsets: Offsets { parts.withLock { $0?.publisher.consumer.endOffsets() ?? [:] } }

    /// Reads the stored model back and starts the stages. Blocks until the producer is ready, and the space where it has
    /// to wait for what makes its vectors.
    ///
    /// - Throws: ``PipelineFailure``.
    public func start() throws {
        move(to: .starting)
        do {
            try assemble()
        } catch EmbeddingInterruption.stopped where state == .draining {
            // Asked to end before there was anything to read.
            end(with: nil)
        } catch {
            let failure = Self.failure(from: error)
            end(with: failure)
            throw failure
        }
    }

    static func failure(from error: any Error) -> PipelineFailure {
        switch error {
        case let failure as PipelineFailure: failure
        case let error as StreamError: .log(error)
        case let error as ClusteringError: .model("\(error)")
        case let interruption as EmbeddingInterruption: .embedding(interruption)
        default: .bug("\(error)")
        }
    }

    /// Ticks the publisher for as long as the pipeline lives.
    func scheduleTick(_ publisher: Publisher) {
        let interval = max(0.02, min(0.25, options.commitInterval.seconds / 4))
        publisher.queue.asyncAfter(deadline: .now() + interval) { [self] in
            guard state != .stopped, state != .failed else { return }
            publisher.tick()
            scheduleTick(publisher)
        }
    }

    /// Asks for an orderly end: what is in flight is finished and committed, then the group is left.
    public func stop() {
        if state == .created { return end(with: nil) }
        move(to: .draining)
        (space as? any WaitingSpace)?.stopWaiting()
        // Where it is still starting, `assemble` looks at the state when it is done.
        parts.withLock { $0?.reader }?.stop()
    }

    /// Waits for the end.
    ///
    /// - Throws: ``PipelineFailure`` when it was not an orderly one.
    public func waitForEnd() async throws {
        await withCheckedContinuation { continuation in
            let ended = lifecycle.withLock { lifecycle in
                if lifecycle.state == .stopped || lifecycle.state == .failed { return true }
                lifecycle.waiters.append(continuation)
                return false
            }
            if ended { continuation.resume() }
        }
        if let failure = lifecycle.withLock({ $0.failure }) { throw failure }
    }

    /// Begins a reclustering now, whatever the schedule says.
    public func recluster() async -> ReclusterAnswer {
        guard state == .running || state == .waiting, let publisher = parts.withLock({ $0?.publisher }) else {
            return .notRunning
        }
        return await withCheckedContinuation { continuation in
            publisher.queue.async { continuation.resume(returning: publisher.reclusterNow() ? .begun : .underWay) }
        }
    }

    /// The model as it stands; on the publisher's queue, so that it is whole.
    public func currentModel() -> Model? {
        guard let publisher = parts.withLock({ $0?.publisher }) else { return startModel }
        return publisher.queue.sync { publisher.state.withLock { $0.coordinator.model } }
    }

    /// The entities' states as they stand, where they live in memory alone; nil where records are clustered.
    public func currentEntities() -> EntitySnapshot? {
        guard let publisher = parts.withLock({ $0?.publisher }) else { return startEntities }
        return publisher.queue.sync { publisher.state.withLock { $0.entities?.shared.map(EntitySnapshot.init) } }
    }

    func end(with failure: PipelineFailure?) {
        let waiters = lifecycle.withLock { lifecycle -> [CheckedContinuation<Void, Never>] in
            guard lifecycle.state != .stopped, lifecycle.state != .failed else { return [] }
            lifecycle.failure = lifecycle.failure ?? failure
            lifecycle.state = lifecycle.failure == nil ? .stopped : .failed
            defer { lifecycle.waiters = [] }
            return lifecycle.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func move(to next: PipelineState) {
        let moved = lifecycle.withLock { lifecycle -> PipelineState? in
            let from = lifecycle.state
            guard from != next, from.allowedNext.contains(next) else { return nil }
            lifecycle.state = next
            return from
        }
        guard let moved else { return }
        sink.emit(StateChanged(from: moved.rawValue, to: next.rawValue, ready: next == .running))
    }
}
