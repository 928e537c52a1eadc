import Clustering
import Embedding
import Kernels
import Streams
import Synchronization
import Telemetry

// How the stages are made and put together.
extension Pipeline {
    func assemble() throws {
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
}
