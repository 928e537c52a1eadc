import Clustering
import Dispatch
import Embedding
import Streams
import Synchronization
import Telemetry

// Entities on the publisher's queue: records are in order here, and what a transaction changed is undone with it.
extension Publisher {
    /// Takes the events of a batch into their entities' states, in order, and embeds what the states are then.
    func embedEntities(of decoded: EmbeddedBatch, state: inout State) -> EmbeddedBatch {
        guard let embedder, var entities = state.entities else { return decoded }
        // Moved, not copied: the tables are changed in place.
        state.entities = nil
        defer { state.entities = entities }
        var batch = decoded
        var inputs: [SpaceInput] = []
        batch.outcomes = []
        batch.entities = []
        for (record, outcome) in zip(decoded.batch.records, decoded.outcomes) {
            switch outcome {
            case .rejected: batch.outcomes.append(outcome)
            case .row(let index):
                let event = decoded.events[index]
                let result = entities.change(record.source) { table in
                    Self.take(event, record, into: &table, embedder)
                }
                switch result {
                case .success(let (row, input, evicted)):
                    batch.outcomes.append(.row(inputs.count))
                    batch.entities.append(row)
                    inputs.append(input)
                    if evicted { state.tally.entities.evicted += 1 }
                case .failure(let rejection): batch.outcomes.append(.rejected(rejection))
                }
            }
            // Where the pipeline stops at this record, those behind it must not have happened.
            if case .rejected? = batch.outcomes.last, options.onError == .stop { break }
        }
        batch.outcomes += decoded.outcomes[batch.outcomes.count...]
        batch.texts = inputs.map(\.speakingText)
        batch.words = inputs.map(\.words)
        batch.vectors = embedder.embed(inputs)
        return batch
    }

    private static func take(
        _ event: EntityEvent,
        _ record: Record,
        into table: inout EntityTable,
        _ embedder: EntityEmbedder
    ) -> Result<(EntityRow, SpaceInput, evicted: Bool), InputRejection> {
        let before = table[event.key]
        let step = table.apply(event, offset: record.offset)
        do throws(InputRejection) {
            let input = try embedder.input(step.figures)
            let row = EntityRow(
                key: event.key,
                time: table.options.hasTimes ? event.time : record.timestamp,
                figures: step.figures,
                teaches: step.teaches,
                isRepeated: step.isRepeated
            )
            return .success((row, input, step.evicted))
        } catch {
            if !step.isRepeated { table.withdraw(event.key, to: before) }
            return .failure(error)
        }
    }

    /// Publishes what is said of an entity: always, or only where it is news.
    func write(_ assignment: Assignment, of row: EntityRow, _ record: Record, state: inout State) throws {
        guard let options = state.entities?.options else { return }
        let previous = state.entities?[record.source]?[row.key]?.published
        let isNews = assignment.cluster != previous
        if isNews {
            state.entities?.change(record.source) { $0.publish(assignment.cluster, of: row.key) }
            state.tally.entities.changes += 1
        }
        guard isNews || options.publication == .always || row.isRepeated else {
            // The states and the offset of a record that says nothing new are still to be committed.
            try state.transaction.open()
            return
        }
        var named = record
        named.key = row.key
        let entity = AssignmentRecord.Entity(
            key: row.key,
            previous: previous,
            figures: row.figures,
            options: options
        )
        let hasHeaders = state.transaction.keepsHeaders
        try state.transaction.send(
            output(assignment, of: named, text: nil, entity: entity, hasHeaders: hasHeaders)
        )
    }

    /// The records that take the stored states to where the tables stand, for the open transaction.
    func entityChanges(_ state: State) -> [OutgoingRecord] {
        guard let entities = state.entities, let store = entityStore else { return [] }
        return store.store.records(of: entities, covered: state.ledger.pending, partitions: store.partitions)
    }

    // MARK: Partitions that come and go

    /// Makes the states of partitions that were assigned ready, before any of their records is read; those of
    /// partitions that are neither assigned nor `kept` are dropped. Called on the reader's thread, which waits.
    ///
    /// - Parameter progress: called after every record read back.
    func claimEntities(
        of partitions: [TopicPartition],
        kept: [TopicPartition],
        at start: Offsets,
        progress: () -> Void
    ) {
        guard entityStore != nil else { return }
        let stale = queue.sync {
            state.withLock { state in
                state.entities?.retain(kept + partitions)
                return state.entities?.stale(among: partitions, at: start) ?? []
            }
        }
        guard !stale.isEmpty else { return }
        let tables = Result { try restoredTables(of: stale, at: start, progress: progress) }
        queue.sync {
            attempt { state throws in
                for (partition, table) in try tables.get() { state.entities?.install(table, for: partition) }
            }
        }
    }

    /// After a commit whose outcome was not known: states that the log has moved on are read back.
    func reloadEntities(_ state: inout State) throws {
        guard let entities = state.entities else { return }
        let owned = Array(entities.tables.keys)
        let stale = entities.stale(among: owned, at: state.ledger.committed)
        guard !stale.isEmpty else { return }
        for (partition, table) in try restoredTables(of: stale, at: state.ledger.committed, progress: {}) {
            state.entities?.install(table, for: partition)
        }
    }

    private func restoredTables(
        of partitions: [TopicPartition],
        at start: Offsets,
        progress: () -> Void
    ) throws -> [TopicPartition: EntityTable] {
        guard let entityStore, let options = options.entities else { return [:] }
        let began = ContinuousClock.now
        let reading = EntityRestoration(sink: sink, partitions: partitions.count)
        let stored = try reading.read(from: start) { beat in
            try entityStore.store.restore(
                partitions,
                from: entityStore.log,
                partitions: entityStore.partitions,
                options: options
            ) {
                progress()
                beat()
            }
        }
        let seconds = (ContinuousClock.now - began).seconds
        return Dictionary(
            uniqueKeysWithValues: stored.map { partition, stored in
                let table = EntityTable(
                    options,
                    states: stored.states,
                    covered: stored.covered,
                    start: start[partition]
                )
                sink.emit(
                    EntitiesRestored(
                        partition: PartitionName(partition),
                        entities: table.states.count,
                        behind: max(0, (start[partition] ?? 0) - (stored.covered ?? 0)),
                        seconds: seconds
                    )
                )
                return (partition, table)
            }
        )
    }
}
