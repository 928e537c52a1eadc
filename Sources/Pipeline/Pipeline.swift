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
    private let decoder: RecordDecoder
    let sink: EventSink
    private let startModel: Model?
    private let startEntities: EntitySnapshot?
    private let budget: FlowBudget
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

    private func assemble() throws {
        let outputPartitions = try prepareTopics()
        // Before an earlier instance is fenced: it may go on while this one waits.
        try (space as? any WaitingSpace)?.prepare()
        // The transaction first: it fences an earlier instance, so that the model that is read next stands still.
        let transaction = try OutputTransaction(
            log: log,
            delivery: options.delivery,
            transactionalID: options.application
        )
        let restore: @Sendable () throws -> (model: Model, covered: Offsets)? = { [options, log] in
            if options.delivery == .atLeastOnce { try options.store?.mend(in: log) }
            return try options.store?.restore(from: log)
        }
        let restored = try restore()
        let model = try checked(restored?.model ?? startModel)
        if restored != nil {
            sink.emit(
                ModelAdopted(
                    version: Int(model.version),
                    clusters: model.clusters.count,
                    records: Int(model.records),
                    origin: "stored"
                )
            )
        }
        let consumer = try log.makeConsumer(group: options.application)
        let publisher = Publisher(
            options: options,
            model: model,
            stored: restored?.model,
            covered: restored?.covered ?? [:],
            transaction: transaction,
            budget: budget,
            consumer: consumer,
            outputPartitions: outputPartitions,
            board: board,
            sink: sink,
            restore: restore,
            entities: try entityParts(),
            sessions: sessionParts,
            storedStates: try storedStates(),
            deep: space.deep.map { DeepEmbedder(space: $0, lanes: options.lanes) },
            templates: space.isMined && options.sessions == nil
                ? TemplateEmbedder(space: space, redaction: options.clustering.labels.redaction) : nil,
            delegate: self
        )
        let sequencer = Sequencer { publisher.accept($0) }
        let stage = EmbeddingStage(
            space: space,
            decoder: decoder,
            events: options.entities.map {
                EventDecoder(options: $0, maximumBytes: decoder.maximumBytes)
            },
            sessions: options.sessions.map(SessionDecoder.init),
            lanes: options.lanes,
            sequencer: sequencer,
            sink: sink
        ) { [weak self] records, seconds in
            self?.parts.withLock { $0?.reader }?.note(records: records, seconds: seconds)
        }
        let reader = Reader(
            consumer: consumer,
            topics: options.topics,
            budget: budget,
            size: BatchSize(smallest: options.smallestBatch, largest: batchCeiling, lanes: options.lanes),
            bytesPerRecord: space.dimension * MemoryLayout<Float>.size + 512,
            linger: options.linger,
            delegate: self
        )
        parts.withLock { $0 = Parts(reader: reader, publisher: publisher, stage: stage, sequencer: sequencer) }
        move(to: .waiting)
        scheduleTick(publisher)
        reader.start()
        if state == .draining { reader.stop() }
    }

    private func prepareTopics() throws -> OutputPartitions {
        let inputs = try log.partitionCounts(of: options.topics)
        // A name that begins with ^ is a pattern (librdkafka's convention): it may match nothing yet.
        if let missing = options.topics.first(where: { inputs[$0] == nil && !$0.hasPrefix("^") }) {
            throw PipelineFailure.log(
                StreamError(
                    .misconfigured,
                    code: "missing_topic",
                    "input topic \"\(missing)\" does not exist; create it, or mend input.topics"
                )
            )
        }
        var topics = [TopicDefinition(name: options.outputTopic, partitions: inputs.values.max() ?? 1)]
        if options.onError == .deadLetter { topics.append(.init(name: options.deadLetterTopic, partitions: 1)) }
        if let events = options.eventsTopic { topics.append(.init(name: events, partitions: 1)) }
        if let store = options.store { topics.append(.init(name: store.topic, partitions: 1, compacted: true)) }
        if let store = stateStore {
            topics.append(.init(name: store.topic, partitions: inputs.values.max() ?? 1, compacted: true))
        }
        try log.createMissing(topics)
        let output = try log.partitionCounts(of: [options.outputTopic])[options.outputTopic]
        return OutputPartitions(inputs: inputs, output: output)
    }

    /// No batch has more records than a table has room for: an entity cannot leave before it is published.
    private var batchCeiling: Int { min(options.maximumBatch, max(1, options.entities?.capacity ?? .max)) }

    /// What is kept by key is stored beside a stored model or not at all: each tells how far the other is.
    private var stateStore: StateStore? {
        guard options.store != nil else { return nil }
        if options.entities != nil { return options.entityStore }
        return options.sessions == nil ? nil : options.sessionStore
    }

    private func storedStates() throws -> Publisher.StoredStates? {
        try stateStore.map { store in
            let count = try log.partitionCounts(of: [store.topic])[store.topic] ?? 1
            return Publisher.StoredStates(store: store, log: log, partitions: count)
        }
    }

    private func entityParts() throws -> (EntityTables, EntityEmbedder)? {
        guard let entityOptions = options.entities else { return nil }
        var tables = EntityTables(entityOptions, isShared: stateStore == nil)
        if stateStore == nil, let startEntities { tables.install(try startEntities.table(entityOptions)) }
        return (tables, EntityEmbedder(space: space, options: entityOptions))
    }

    private var sessionParts: (SessionTables, SessionSpace)? {
        guard let sessionOptions = options.sessions, let space = space as? SessionSpace else { return nil }
        return (SessionTables(sessionOptions, isShared: stateStore == nil), space)
    }

    private func checked(_ model: Model?) throws -> Model {
        guard var model else {
            if let deep = space.deep {
                return Model(
                    space: space.identity,
                    dimension: deep.dimension,
                    metric: space.metric,
                    rowDimension: space.dimension
                )
            }
            var model = Model(
                space: space.identity,
                dimension: space.dimension,
                metric: space.metric,
                layout: space.layout
            )
            if space.isMined { model.mineTemplates(options.templates) }
            return model
        }
        guard model.space == space.identity, model.inputDimension == space.dimension, model.metric == space.metric,
            model.features?.encoding.layout == space.layout,
            model.deep == nil || model.dimension == space.deep?.dimension,
            (model.deep == nil) == (space.deep == nil)
        else {
            throw PipelineFailure.model(
                "the stored model was learnt in space \(model.space) (\(model.inputDimension) dimensions, "
                    + "\(model.metric.rawValue)), but the configured space is \(space.identity) "
                    + "(\(space.dimension) dimensions, \(space.metric.rawValue)). Restore the space section, or give "
                    + "the application another name to start a new model"
            )
        }
        if space.isMined { model.mineTemplates(options.templates) }
        return model
    }

    /// Ticks the publisher for as long as the pipeline lives.
    private func scheduleTick(_ publisher: Publisher) {
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
