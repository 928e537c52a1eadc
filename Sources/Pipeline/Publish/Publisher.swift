import Clustering
import Dispatch
import Embedding
import Kernels
import Streams
import Synchronization
import Telemetry
import Templates

/// What the publisher asks of the rest of the pipeline, from its own queue.
protocol PublisherDelegate: AnyObject, Sendable {
    /// Read again from what was committed last, in a new epoch.
    func rewind(epoch: UInt64)
    /// The publisher cannot go on.
    func publisherFailed(_ failure: PipelineFailure)
    /// The model asks to be reclustered off the hot path; the answer goes to ``Publisher/adopt(_:seconds:)``.
    func recluster(_ model: Model)
}

/// What a reclustering in the background proposes, with the gate's figures beside the model that it was made from.
struct AssessedCandidate: Sendable {
    var candidate: Candidate
    var assessment: Verdict
}

/// The last stage, on one serial queue: assigns, encodes and writes in order, and ends transactions.
///
/// What a transaction changed (model, offsets, counts) becomes the state to return to only when it was committed; when
/// it is aborted the model goes back with the offsets.
final class Publisher: Sendable {
    struct State: Sendable {
        var worker: Worker
        var coordinator: Coordinator
        var transaction: OutputTransaction
        var ledger: OffsetLedger
        /// What the last commit left: the state to return to.
        var committed: Coordinator
        /// The model as it stands in the store.
        var stored: Model?
        /// What is kept of entities, beyond the last commit; nil where they are not what is clustered.
        var entities: EntityTables?
        /// The open sessions, beyond the last commit; nil where they are not what is clustered.
        var sessions: SessionTables?
        /// Batches that have been assigned and not yet written, in order.
        var unwritten = UnwrittenBatches()
        /// When events of sessions came last.
        var lastEvents = ContinuousClock.now
        /// Cuts lines of logs into tokens.
        var scanner = LineScanner()
        var epoch: UInt64 = 0
        var tally = Tally()
        var failuresInARow = 0
        var failed = false
        var reclustering = false
        var lastReclustering = ContinuousClock.now
    }

    /// What the open transaction adds to the totals.
    struct Tally: Sendable {
        var records = StatusReport.Records()
        var anomalies: [StatusReport.Anomaly] = []
        var entities = StatusReport.Entities()
        var sessions = SessionTally()
    }

    let queue = DispatchQueue(label: "centroidd.publish", qos: .userInitiated)
    /// Encodes what has been assigned while the publisher assigns what comes next.
    let encodingQueue = DispatchQueue(label: "centroidd.encode", qos: .userInitiated)
    let options: PipelineOptions
    let budget: FlowBudget
    let consumer: any RecordConsumer
    let board: ProgressBoard
    let sink: EventSink
    let deadLetters: DeadLetter
    let outputPartitions: OutputPartitions
    private let delegate: any PublisherDelegate
    /// Where entities are clustered.
    let embedder: EntityEmbedder?
    /// Where there are two tiers.
    let deep: DeepEmbedder?
    /// Where sessions are clustered.
    let sessionSpace: SessionSpace?
    /// Where lines of logs are clustered.
    let templates: TemplateEmbedder?
    /// Nil where what is kept by key lives in memory alone, or nothing is.
    let storedStates: StoredStates?
    /// Reads back what was committed last; nil where nothing was, or nothing is stored.
    let restore: @Sendable () throws -> (model: Model, covered: Offsets)?
    /// Belongs to `queue`; the mutex is never contended.
    let state: Mutex<State>

    init(
        options: PipelineOptions,
        model: Model,
        stored: Model?,
        covered: Offsets,
        transaction: OutputTransaction,
        budget: FlowBudget,
        consumer: any RecordConsumer,
        outputPartitions: OutputPartitions,
        board: ProgressBoard,
        sink: EventSink,
        restore: @escaping @Sendable () throws -> (model: Model, covered: Offsets)?,
        entities: (tables: EntityTables, embedder: EntityEmbedder)? = nil,
        sessions: (tables: SessionTables, space: SessionSpace)? = nil,
        storedStates: StoredStates? = nil,
        deep: DeepEmbedder? = nil,
        templates: TemplateEmbedder? = nil,
        delegate: any PublisherDelegate
    ) {
        embedder = entities?.embedder
        self.templates = templates
        sessionSpace = sessions?.space
        self.storedStates = storedStates
        self.deep = deep
        self.options = options
        self.budget = budget
        self.consumer = consumer
        self.outputPartitions = outputPartitions
        self.board = board
        self.sink = sink
        self.restore = restore
        self.delegate = delegate
        deadLetters = DeadLetter(topic: options.deadLetterTopic)
        let coordinator = Coordinator(model: model, options: options.clustering, schedule: options.schedule)
        state = Mutex(
            State(
                worker: Worker(model: model, options: options.clustering, lanes: options.reclusterLanes),
                coordinator: coordinator,
                transaction: transaction,
                ledger: OffsetLedger(committed: covered),
                committed: coordinator,
                stored: stored,
                entities: entities?.tables,
                sessions: sessions?.tables
            )
        )
        board.update { $0.model = model }
    }

    /// Enqueues an item; called in sequence.
    func accept(_ item: PublishItem) {
        queue.async { [self] in
            switch item {
            case .barrier(let action): action()
            case .batch(let batch):
                if !publish(batch) { budget.giveBack(bytes: batch.batch.footprint) }
            case .abandoned(let batch, let interruption):
                abandon(batch, interruption)
                budget.giveBack(bytes: batch.footprint)
            }
        }
    }

    /// - Returns: whether the batch still holds its part of the budget, because it will be written later.
    private func publish(_ embedded: EmbeddedBatch) -> Bool {
        dispatchPrecondition(condition: .onQueue(queue))
        var isWaiting = false
        attempt { state throws in
            guard !state.failed, embedded.batch.epoch == state.epoch else { return }
            let start = ContinuousClock.now
            let usable = usablePart(of: embedEntities(of: embedded, state: &state))
            let batch = gatherSessions(of: mineTemplates(of: usable.batch, state: &state), state: &state)
            let assignments = try assign(batch, state: &state)
            isWaiting = try hand(batch, assignments, since: start, state: &state)
            if let refusal = usable.refusal {
                try commit(&state)
                throw refusal
            }
            if !isWaiting { try endStep(&state, own: 1) }
        }
        return isWaiting
    }

    /// Under ``RejectionPolicy/stop`` the records before the first that was rejected, and the failure.
    private func usablePart(of batch: EmbeddedBatch) -> (batch: EmbeddedBatch, refusal: PipelineFailure?) {
        guard options.onError == .stop,
            let bad = batch.outcomes.firstIndex(where: { if case .rejected = $0 { true } else { false } }),
            case .rejected(let rejection) = batch.outcomes[bad]
        else { return (batch, nil) }
        var part = batch
        part.outcomes = Array(batch.outcomes[..<bad])
        part.texts = Array(batch.texts.prefix(bad))
        part.words = Array(batch.words.prefix(bad))
        part.contexts = Array(batch.contexts.prefix(bad))
        part.entities = Array(batch.entities.prefix(bad))
        part.sessionEvents = Array(batch.sessionEvents.prefix(bad))
        part.places = batch.places.map { Array($0.prefix(part.texts.count)) }
        if batch.places == nil {
            let columns = batch.vectors.columns
            part.vectors = Matrix(columns: columns, storage: Array(batch.vectors.storage.prefix(bad * columns)))
        }
        part.batch.records = Array(batch.batch.records[..<bad])
        let record = batch.batch.records[bad]
        sink.emit(
            RecordRefused(
                outcome: .stopped,
                reason: rejection.code.rawValue,
                message: rejection.message,
                partition: PartitionName(record.source),
                offset: record.offset
            )
        )
        return (part, .rejected(rejection, record.source, offset: record.offset))
    }

    /// Runs a step of work on the state and deals with what it throws.
    func attempt(_ work: (inout State) throws -> Void) {
        state.withLock { state in
            do {
                try work(&state)
            } catch let error as StreamError {
                recover(from: error, state: &state)
            } catch {
                fail(Pipeline.failure(from: error), state: &state)
            }
        }
    }

    func fail(_ failure: PipelineFailure, state: inout State) {
        guard !state.failed else { return }
        state.failed = true
        dropUnwritten(&state)
        delegate.publisherFailed(failure)
    }

    /// Gives up what is open and releases the producer; the last thing that is done on the queue.
    func release() {
        state.withLock { state in
            state.failed = true
            dropUnwritten(&state)
            state.transaction.release()
        }
    }

    func requestRewind(epoch: UInt64) { delegate.rewind(epoch: epoch) }
    func requestReclustering(_ model: Model) { delegate.recluster(model) }
}

extension PartitionName {
    init(_ partition: TopicPartition) { self.init(topic: partition.topic, partition: partition.partition) }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
