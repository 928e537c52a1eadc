import Streams
import Testing

@testable import Pipeline

/// Two workers of one group with transactions of their own, as the stages use tables and store, but one step at a time.
@Suite("Entities go from one worker to another")
struct EntityHandoverTests {
    private struct Worker {
        let log: SimulatedLog
        let producer: any RecordProducer
        var tables: EntityTables
        var pending: Offsets = [:]
        var committed: Offsets = [:]

        init(_ fixture: EntityFixture, name: String) throws {
            log = fixture.cluster.client()
            producer = try log.makeProducer(transactionalID: name)
            try producer.initializeTransactions()
            tables = EntityTables(fixture.entities, isShared: false)
        }
    }

    private static let store = StateStore(topic: "app.entities")

    /// Whoever owns a partition when: after any history of commits, aborts, crashes and rebalances the states are those
    /// of one worker without any of it.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func afterAnyHistoryTheStatesAreThoseOfOneWorkerWithoutIt(seed: UInt64) throws {
        var fixture = try EntityFixture(capacity: 6)
        try fixture.produce(1_200, names: 12, seed: seed)
        fixture.cluster.createMissing([TopicDefinition(name: "app.entities", partitions: 4, compacted: true)])
        var generator = SplitMix(seed: seed)
        var workers = [try Worker(fixture, name: "one"), try Worker(fixture, name: "two")]
        var owner = [0, 0, 1, 1]
        // What the group has committed, as the offsets of a transaction would be.
        var offsets: Offsets = [:]
        while offsets.values.reduce(0, +) < 1_200 {
            let who = Int(generator.next() % 2)
            switch generator.next() % 12 {
            case 0:
                // A rebalance; a worker commits what it has before it gives partitions up.
                for index in workers.indices { try commit(&workers[index], &offsets, fixture) }
                for partition in owner.indices { owner[partition] = Int(generator.next() % 2) }
                for index in workers.indices {
                    try claim(&workers[index], owner.indices.filter { owner[$0] == index }, offsets, fixture)
                }
            case 1:
                workers[who].tables.rollBack()
                workers[who].pending = [:]
            case 2:
                workers[who] = try Worker(fixture, name: who == 0 ? "one" : "two")
                try claim(&workers[who], owner.indices.filter { owner[$0] == who }, offsets, fixture)
            case 3: fixture.cluster.compact("app.entities", removingTombstones: generator.next() % 2 == 0)
            case 4...6: try commit(&workers[who], &offsets, fixture)
            default:
                let owned = owner.indices.filter { owner[$0] == who }
                guard let partition = owned.randomElement(using: &generator) else { continue }
                read(&workers[who], partition, Int(generator.next() % 30), offsets, fixture)
            }
        }
        let stored = try fixture.stored()
        for (source, table) in zip(fixture.sources, fixture.expected().tables) {
            #expect(stored[source]?.states == table.states, "\(source)")
            #expect(stored[source]?.covered == offsets[source])
        }
    }

    private func read(
        _ worker: inout Worker,
        _ partition: Int,
        _ count: Int,
        _ offsets: Offsets,
        _ fixture: EntityFixture
    ) {
        let source = fixture.sources[partition]
        let start = Int(worker.pending[source] ?? offsets[source] ?? 0)
        let end = min(start + count, fixture.produced[partition].count)
        guard start < end else { return }
        for offset in start..<end {
            worker.tables.change(source) { _ = $0.apply(fixture.produced[partition][offset], offset: Int64(offset)) }
        }
        worker.pending[source] = Int64(end)
    }

    private func commit(_ worker: inout Worker, _ offsets: inout Offsets, _ fixture: EntityFixture) throws {
        guard !worker.pending.isEmpty else { return }
        try worker.producer.begin()
        for record in Self.store.records(of: worker.tables, covered: worker.pending, partitions: 4) {
            try worker.producer.send(record)
        }
        try worker.producer.commit()
        worker.tables.commit(worker.pending)
        offsets.merge(worker.pending) { $1 }
        worker.pending = [:]
    }

    private func claim(_ worker: inout Worker, _ owned: [Int], _ offsets: Offsets, _ fixture: EntityFixture) throws {
        let sources = owned.map { fixture.sources[$0] }
        worker.tables.retain(sources)
        let stale = worker.tables.stale(among: sources, at: offsets)
        let stored = try Self.store.restore(stale, from: worker.log, partitions: 4, options: fixture.entities)
        for (source, stored) in stored {
            #expect(stored.covered == offsets[source])
            worker.tables.install(
                try #require(
                    EntityTable(
                        fixture.entities,
                        entries: stored.entries,
                        covered: stored.covered,
                        start: offsets[source]
                    )
                ),
                for: source
            )
        }
    }
}
