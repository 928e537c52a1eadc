import Dispatch
import Streams
import Synchronization
import Telemetry

// What is kept by key of partitions that come and go: read back before any of their records is read.
extension Publisher {
    /// Where what is kept by key lives.
    struct StoredStates: Sendable {
        var store: StateStore
        var log: any RecordLog
        /// Partitions of the store's topic.
        var partitions: Int
    }

    /// The records that take what is stored to where the tables stand, for the open transaction.
    func stateChanges(_ state: State) -> [OutgoingRecord] {
        guard let stored = storedStates else { return [] }
        return (state.entities.map { changes($0, stored, state.ledger) } ?? [])
            + (state.sessions.map { changes($0, stored, state.ledger) } ?? [])
    }

    private func changes<Table>(
        _ tables: PartitionTables<Table>,
        _ stored: StoredStates,
        _ ledger: OffsetLedger
    ) -> [OutgoingRecord] {
        // Those of which records were dealt with, and those that changed although nothing came.
        let offsets = ledger.covered.filter { source, _ in
            ledger.pending[source] != nil || tables[source]?.entries.isEmpty == false
        }
        return stored.store.records(of: tables, covered: offsets, partitions: stored.partitions)
    }

    /// Makes what is kept of partitions that were assigned ready, before any of their records is read; what is kept of
    /// partitions that are neither assigned nor `kept` is dropped. Called on the reader's thread, which waits.
    ///
    /// - Parameter progress: called after every record read back.
    func claimStates(
        of partitions: [TopicPartition],
        kept: [TopicPartition],
        at start: Offsets,
        progress: () -> Void
    ) {
        guard storedStates != nil else { return }
        let stale = queue.sync {
            state.withLock { state in
                state.entities?.retain(kept + partitions)
                state.sessions?.retain(kept + partitions)
                return (state.entities?.stale(among: partitions, at: start) ?? [])
                    + (state.sessions?.stale(among: partitions, at: start) ?? [])
            }
        }
        guard !stale.isEmpty else { return }
        let restored = Result { try restore(stale, at: start, progress: progress) }
        queue.sync {
            attempt { state throws in install(try restored.get(), &state) }
        }
    }

    /// After a commit whose outcome was not known: what the log has moved on is read back.
    func reloadStates(_ state: inout State) throws {
        let offsets = state.ledger.committed
        let stale =
            (state.entities.map { $0.stale(among: Array($0.tables.keys), at: offsets) } ?? [])
            + (state.sessions.map { $0.stale(among: Array($0.tables.keys), at: offsets) } ?? [])
        guard !stale.isEmpty else { return }
        install(try restore(stale, at: offsets, progress: {}), &state)
    }

    private struct RestoredTables {
        var entities: [TopicPartition: EntityTable] = [:]
        var sessions: [TopicPartition: SessionTable] = [:]
    }

    private func install(_ restored: RestoredTables, _ state: inout State) {
        for (partition, table) in restored.entities { state.entities?.install(table, for: partition) }
        for (partition, table) in restored.sessions { state.sessions?.install(table, for: partition) }
    }

    private func restore(
        _ partitions: [TopicPartition],
        at start: Offsets,
        progress: () -> Void
    ) throws -> RestoredTables {
        var restored = RestoredTables()
        if let entities = options.entities {
            restored.entities = try tables(of: partitions, at: start, entities, progress)
        }
        if let sessions = options.sessions {
            restored.sessions = try tables(of: partitions, at: start, sessions, progress)
        }
        return restored
    }

    private func tables<Table: PartitionTable>(
        of partitions: [TopicPartition],
        at start: Offsets,
        _ options: Table.Options,
        _ progress: () -> Void
    ) throws -> [TopicPartition: Table] {
        guard let storedStates else { return [:] }
        let began = ContinuousClock.now
        let names = Table.Options.names.keys
        let reading = StateRestoration(sink: sink, names: names, partitions: partitions.count)
        let stored = try reading.read(from: start) { beat in
            try storedStates.store.restore(
                partitions,
                from: storedStates.log,
                partitions: storedStates.partitions,
                options: options
            ) {
                progress()
                beat()
            }
        }
        let seconds = (ContinuousClock.now - began).seconds
        var tables: [TopicPartition: Table] = [:]
        for (partition, stored) in stored {
            guard
                let table = Table(options, entries: stored.entries, covered: stored.covered, start: start[partition])
            else { throw storedStates.store.mismatch(partition, Table.Options.self) }
            sink.emit(
                StatesRestored(
                    names: names,
                    partition: PartitionName(partition),
                    count: table.count,
                    behind: max(0, (start[partition] ?? 0) - (stored.covered ?? 0)),
                    seconds: seconds
                )
            )
            tables[partition] = table
        }
        return tables
    }
}
