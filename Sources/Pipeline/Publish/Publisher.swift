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
    let options: PipelineOptions
    let budget: FlowBudget
    let consumer: any RecordConsumer
    let board: ProgressBoard
    let sink: EventSink
    private let deadLetters: DeadLetter
    private let outputPartitions: OutputPartitions
    private let delegate: any PublisherDelegate
    /// Where entities are clustered.
    let embedder: EntityEmbedder?
    /// Where there are two tiers.
    private let deep: DeepEmbedder?
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
                worker: Worker(model: model, options: options.clustering),
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
                publish(batch)
                budget.giveBack(bytes: batch.batch.footprint)
            case .abandoned(let batch, let interruption):
                abandon(batch, interruption)
                budget.giveBack(bytes: batch.footprint)
            }
        }
    }

    private func publish(_ embedded: EmbeddedBatch) {
        dispatchPrecondition(condition: .onQueue(queue))
        attempt { state throws in
            guard !state.failed, embedded.batch.epoch == state.epoch else { return }
            let start = ContinuousClock.now
            let usable = usablePart(of: embedEntities(of: embedded, state: &state))
            let batch = gatherSessions(of: mineTemplates(of: usable.batch, state: &state), state: &state)
            let assignments = try assign(batch, state: &state)
            try write(batch, assignments, state: &state)
            sink.emit(BatchPublished(records: assignments.count, latency: (ContinuousClock.now - start).seconds))
            if let refusal = usable.refusal {
                try commit(&state)
                throw refusal
            }
            if state.transaction.records >= options.maximumTransactionRecords || commitIsDue(state) {
                try commit(&state)
            } else if options.flushesWhenIdle, budget.current.batches <= 1 {
                // This batch is the only one: what it says is waited for.
                try state.transaction.flush()
            }
        }
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
        part.vectors = Matrix(
            columns: batch.vectors.columns,
            storage: Array(batch.vectors.storage.prefix(bad * batch.vectors.columns))
        )
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

    func assign(_ embedded: EmbeddedBatch, state: inout State) throws -> [Assignment] {
        let start = ContinuousClock.now
        let now = Timestamp.now()
        let observations = observations(of: embedded, now: now)
        guard !observations.isEmpty else { return [] }
        let assignments = try learn(embedded, observations, with: &state.worker, &state.coordinator)
        sink.emit(BatchAssigned(records: assignments.count, seconds: (ContinuousClock.now - start).seconds))
        return assignments
    }

    /// The coordinator is changed in place: a copy beside it would have every merge copy the whole model.
    private func learn(
        _ embedded: EmbeddedBatch,
        _ observations: [Observation],
        with worker: inout Worker,
        _ coordinator: inout Coordinator
    ) throws -> [Assignment] {
        let inline = options.reclustersInline
        return try worker.assign(
            vectors: embedded.vectors,
            observations: observations,
            teaches: embedded.entities.isEmpty ? nil : embedded.entities.map(\.teaches),
            deepVectors: deep.map { deep in { [self] rows in deepVectors(rows, of: embedded, by: deep) } }
        ) { delta throws(ClusteringError) in
            let model = try coordinator.merge(delta)
            guard inline, coordinator.reclusteringIsDue(elapsed: 0) else { return model }
            let lanes = options.reclusterLanes
            return try coordinator.adopt(recluster(model: model, options: options.clustering, lanes: lanes)).model
        }
    }

    /// A number for what a record comes from: its topic, or what it names within it (FNV-1a; Swift's own hashes differ
    /// between processes).
    private static func source(of record: Record, _ context: RecordContext?) -> Int {
        func hash(_ start: UInt64, _ text: String) -> UInt64 {
            text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        }
        let topic = hash(0xcbf2_9ce4_8422_2325, record.source.topic)
        return Int(truncatingIfNeeded: context?.source.map { hash(topic &* 31, $0) } ?? topic)
    }

    /// What the model learns of each row beside its vector.
    private func observations(of embedded: EmbeddedBatch, now: Int64) -> [Observation] {
        if sessionSpace != nil {
            return zip(embedded.sessions, embedded.texts).map { closed, text in
                Observation(timestamp: min(closed.session.last, now), text: text)
            }
        }
        var observations: [Observation] = []
        observations.reserveCapacity(embedded.vectors.rows)
        for (record, outcome) in zip(embedded.batch.records, embedded.outcomes) {
            guard case .row(let row) = outcome else { continue }
            let time = embedded.entities.isEmpty ? record.timestamp : embedded.entities[row].time
            // A clock that runs ahead somewhere must not age everything that was learned before.
            let timestamp = time.map { min($0, now) }
            let words = embedded.words.indices.contains(row) ? embedded.words[row] : []
            // What all lines of a template have in common is what a cluster of them is about.
            let text = embedded.lines.isEmpty ? embedded.texts[row] : embedded.lines[row].text
            let source = Self.source(of: record, embedded.contexts.isEmpty ? nil : embedded.contexts[row])
            observations.append(Observation(timestamp: timestamp, text: text, words: words, source: source))
        }
        return observations
    }

    private func deepVectors(_ rows: [Int], of embedded: EmbeddedBatch, by deep: DeepEmbedder) -> Matrix {
        let (vectors, tokens) = deep.embed(rows.map { embedded.texts[$0] ?? "" })
        sink.emit(BatchLookedAtDeeply(records: rows.count, tokens: tokens))
        return vectors
    }

    func write(_ embedded: EmbeddedBatch, _ assignments: [Assignment], state: inout State) throws {
        // Of records of one partition in a row the last says it all. Where a step throws, nothing of it is committed.
        let records = embedded.batch.records
        for (place, outcome) in embedded.outcomes.enumerated() {
            let record = records[place]
            if place > 0, records[place - 1].source != record.source { state.ledger.advance(past: records[place - 1]) }
            switch outcome {
            case .row(let row):
                let assignment = assignments[row]
                var text = embedded.texts[row]
                if embedded.entities.isEmpty {
                    let line = embedded.lines.isEmpty ? nil : embedded.lines[row]
                    let context = embedded.contexts.isEmpty ? nil : embedded.contexts[row].json
                    let hasHeaders = state.transaction.keepsHeaders
                    try state.transaction.send(
                        output(assignment, of: record, text: text, line: line, context: context, hasHeaders: hasHeaders)
                    )
                } else {
                    let entity = embedded.entities[row]
                    text = AssignmentRecord.Entity.name(of: entity.key)
                    try write(assignment, of: entity, record, state: &state)
                }
                state.tally.records.assigned += 1
                if assignment.anomaly { note(assignment, record, text, &state.tally) }
            case .absorbed: break
            case .rejected(let rejection):
                try refuse(record, rejection, state: &state)
            }
        }
        if let last = records.last { state.ledger.advance(past: last) }
        try writeSessions(of: embedded, assignments, state: &state)
    }

    func output(
        _ assignment: Assignment,
        of record: Record,
        text: String?,
        entity: AssignmentRecord.Entity? = nil,
        line: MinedLine? = nil,
        context: [UInt8]? = nil,
        session: AssignmentRecord.Session? = nil,
        hasHeaders: Bool
    ) -> OutgoingRecord {
        let published = AssignmentRecord(
            assignment: assignment,
            record: record,
            text: options.includesText ? text : nil,
            entity: entity,
            line: line,
            context: context,
            session: session
        )
        let version = hasHeaders ? [Header("model-version", String(assignment.version))] : []
        return OutgoingRecord(
            topic: options.outputTopic,
            partition: outputPartitions.partition(for: record),
            timestamp: record.timestamp,
            key: options.keepsKey || entity != nil || session != nil ? record.key : nil,
            value: published.encoded(),
            headers: hasHeaders ? SourceHeaders.headers(for: record) + version : []
        )
    }

    private func refuse(_ record: Record, _ rejection: InputRejection, state: inout State) throws {
        let skips = options.onError == .skip
        if skips {
            state.tally.records.skipped += 1
            try state.transaction.open()
        } else {
            try state.transaction.send(deadLetters.record(for: record, rejection: rejection))
            state.tally.records.deadLettered += 1
        }
        sink.emit(
            RecordRefused(
                outcome: skips ? .skipped : .deadLettered,
                reason: rejection.code.rawValue,
                message: rejection.message,
                partition: PartitionName(record.source),
                offset: record.offset
            )
        )
    }

    func note(_ assignment: Assignment, _ record: Record, _ text: String?, _ tally: inout Tally) {
        tally.records.anomalies += 1
        sink.metrics.increment(.recordsAnomalies, ["reason": assignment.reason?.rawValue ?? "far"])
        tally.anomalies.append(
            StatusReport.Anomaly(
                time: Timestamp.now(),
                cluster: assignment.cluster,
                label: assignment.label ?? "",
                text: options.clustering.labels.redaction.kept(text ?? "", limit: 200),
                score: Double(assignment.score ?? 0),
                tail: assignment.tail ?? 0,
                reason: assignment.reason?.rawValue ?? "",
                topic: record.source.topic,
                partition: record.source.partition,
                offset: record.offset
            )
        )
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
        delegate.publisherFailed(failure)
    }

    /// Gives up what is open and releases the producer; the last thing that is done on the queue.
    func release() {
        state.withLock { state in
            state.failed = true
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
