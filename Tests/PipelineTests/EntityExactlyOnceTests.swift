import Clustering
import Foundation
import Logging
import Streams
import Telemetry
import Testing

@testable import Pipeline

@Suite("Entities exactly once, on a log with Kafka's exact semantics", .timeLimit(.minutes(5)))
struct EntityExactlyOnceTests {
    @Test func everyEventIsInItsEntityOnceAndOnlyChangesArePublished() async throws {
        var fixture = try EntityFixture()
        try fixture.produce(2_000)
        try await fixture.run(until: 2_000)
        try fixture.expectUnbroken()
        try fixture.expectUnbrokenChanges()
        let published = try fixture.published()
        #expect(published.count < 1_900 && published.count > 200)
        #expect(Set(published.map(\.entity)).count == 28, "each of the four times seven at least once")
        #expect(Set(published[0].features.keys) == ["orders", "spend", "latest"])
    }

    @Test func alwaysPublishesEveryEvent() async throws {
        var fixture = try EntityFixture(publication: .always)
        try fixture.produce(500)
        try await fixture.run(until: 500)
        #expect(try fixture.published().count == 500)
        try fixture.expectUnbrokenChanges()
    }

    @Test func aRestartGoesOnWithTheStatesAsTheyWere() async throws {
        var fixture = try EntityFixture()
        for round in 1...4 {
            try fixture.produce(400, seed: UInt64(round))
            try await fixture.run(until: 400 * round)
            if round == 2 { fixture.cluster.compact("app.entities", removingTombstones: true) }
        }
        try fixture.expectUnbroken()
        try fixture.expectUnbrokenChanges()
    }

    @Test(arguments: ExactlyOnceTests.faults)
    func everyFaultOfTheTableIsUndoneInTheStates(
        call: SimulatedFault.Call,
        kind: StreamError.Class,
        moment: SimulatedFault.Moment
    ) async throws {
        var fixture = try EntityFixture()
        try fixture.produce(800)
        let error = StreamError(kind, code: "injected", "a fault")
        if call == .abort {
            fixture.cluster.inject(
                SimulatedFault(.sendOffsets, StreamError(.abortable, code: "injected", "a fault"), skipping: 1)
            )
        }
        fixture.cluster.inject(SimulatedFault(call, error, moment: moment, skipping: 1, count: 2))
        try await fixture.run(until: 800)
        try fixture.expectUnbroken()
        try fixture.expectUnbrokenChanges()
    }

    /// One partition and a model that learns record by record: not only the states, every word that is published must
    /// be that of an unbroken run.
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func whatIsPublishedAfterAnyHistoryIsWhatAnUnbrokenRunPublishes(seed: UInt64) async throws {
        func fixture() throws -> EntityFixture {
            var fixture = try EntityFixture(partitions: 1, capacity: 25)
            fixture.options.clustering.step = 1
            try fixture.produce(900, names: 40)
            return fixture
        }
        let unbroken = try fixture()
        try await unbroken.run(until: 900)
        let broken = try fixture()
        var generator = SplitMix(seed: seed)
        try await BrokenRun.run(on: broken.cluster, &generator) { broken.pipeline(on: $0) }
        try await broken.run(until: 900)
        #expect(try broken.published() == unbroken.published())
        #expect(try broken.stored().values.map(\.states) == unbroken.stored().values.map(\.states))
        try broken.expectUnbroken()
    }

    @Test func killsAtRandomMomentsLoseAndRepeatNothing() async throws {
        var fixture = try EntityFixture(capacity: 5)
        var generator = SystemRandomNumberGenerator()
        for round in 0..<10 {
            try fixture.produce(300, seed: UInt64(round))
            let log = ObservedLog(fixture.cluster.client())
            let pipeline = fixture.pipeline(on: log)
            try pipeline.start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...60, using: &generator)))
            log.kill()
            pipeline.stop()
            _ = try? await pipeline.waitForEnd()
            fixture.cluster.advance(by: .seconds(round % 2 == 0 ? 31 : 61))
        }
        try await fixture.run(until: 3_000)
        try fixture.expectUnbroken()
        #expect(fixture.expected().tables.allSatisfy { $0.states.count == 5 }, "more came than there is room for")
    }

    @Test func partitionsThatGoAndComeBackBringTheirStatesAlong() async throws {
        var fixture = try EntityFixture()
        try fixture.produce(400)
        let recent = RecentEvents()
        let sink = EventSink(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, recent: recent)
        let pipeline = fixture.pipeline(sink: sink)
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.committed >= 100 })
        for round in 0..<3 {
            let guest = try fixture.cluster.client().makeConsumer(group: "app")
            try guest.subscribe(to: ["orders"], listener: IdleMember())
            for number in 0..<10 {
                try fixture.produce(20, seed: UInt64(round * 10 + number))
                _ = try guest.poll(maximum: 1, maximumBytes: 1, timeout: .milliseconds(5))
                try await Task.sleep(for: .milliseconds(5))
            }
            guest.close()
        }
        #expect(try await PipelineFixture.eventually { fixture.committed >= 1_000 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        try fixture.expectUnbroken()
        try fixture.expectUnbrokenChanges()
    }

    @Test func atLeastOnceStatesDoNotCountAnEventTwiceEither() async throws {
        var fixture = try EntityFixture()
        fixture.options.delivery = .atLeastOnce
        try fixture.produce(600)
        // The states are delivered, the commit of the offsets is refused, and the instance ends: the events come again.
        fixture.options.maximumFailures = 0
        let refusal = StreamError(.abortable, code: "injected", "a fault")
        fixture.cluster.inject(SimulatedFault(.commitOffsets, refusal, skipping: 1))
        let pipeline = fixture.pipeline()
        try pipeline.start()
        await #expect(throws: PipelineFailure.self) { try await pipeline.waitForEnd() }
        let covered = try fixture.stored().values.reduce(0) { $0 + ($1.covered ?? 0) }
        #expect(covered > fixture.committed, "the states know of more events than the group")
        let repeated = Int(covered - fixture.committed)
        let before = try fixture.published().count
        try await fixture.run(until: 600)
        #expect(try fixture.published().count - before >= repeated, "what is read again is published again")
        let stored = try fixture.stored()
        for (source, table) in zip(fixture.sources, fixture.expected().tables) {
            var states = try #require(stored[source]).states
            for key in states.keys { states[key]?.published = nil }
            #expect(states == table.states)
        }
    }

    @Test func statesThatWereKeptForOtherAggregatesAreRefusedByName() async throws {
        var fixture = try EntityFixture()
        try fixture.produce(100)
        try await fixture.run(until: 100)
        fixture.options.entities?.aggregates[1].halfLife = 7
        let pipeline = fixture.pipeline()
        try pipeline.start()
        let failure = await #expect(throws: PipelineFailure.self) { try await pipeline.waitForEnd() }
        let message = "\(try #require(failure))"
        #expect(message.contains("app.entities") && message.contains("entity.aggregates"))
    }

    @Test func whatCannotBeUsedLeavesNoTrace() async throws {
        var fixture = try EntityFixture(partitions: 1)
        try fixture.produce(50)
        try fixture.send(0, key: nil, time: 5, value: "{\"amount\":1}")
        try fixture.send(0, key: [65], time: 5, value: "{\"amount\":\"much\"}")
        try fixture.send(0, key: [65], time: 5, value: "no JSON")
        try fixture.send(0, key: Array("p0-1".utf8), time: 9_000_000, value: "{\"amount\":5000}")
        try await fixture.run(until: 54)
        let dead = fixture.cluster.records(of: "app.dead").map { record in
            String(decoding: record.headers.first { $0.name == "error-code" }?.value ?? [], as: UTF8.self)
        }
        #expect(dead == ["missing_field", "wrong_type", "malformed_json", "not_finite"])
        let states = try #require(try fixture.stored()[fixture.sources[0]]).states
        #expect(states.mapValues(\.events) == fixture.expected().tables[0].states.mapValues(\.events))
    }

    @Test func stoppingAtABadRecordLeavesTheStatesInFrontOfIt() async throws {
        var fixture = try EntityFixture(partitions: 1)
        fixture.options.onError = .stop
        try fixture.produce(70)
        try fixture.send(0, key: Array("p0-1".utf8), time: 9_000_000, value: "{\"amount\":5000}")
        try fixture.send(0, key: Array("p0-1".utf8), time: 9_000_000, value: "{\"amount\":1}")
        let pipeline = fixture.pipeline()
        try pipeline.start()
        await #expect(throws: PipelineFailure.self) { try await pipeline.waitForEnd() }
        #expect(fixture.committed == 70)
        try fixture.expectUnbroken()
    }

    @Test func withoutAStoreTheStatesAreASnapshot() async throws {
        var fixture = try EntityFixture()
        try fixture.produce(400)
        fixture.options.store = nil
        let pipeline = fixture.pipeline()
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.committed >= 400 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        let table = try #require(pipeline.currentEntities()).table(fixture.entities)
        #expect(table.states.count == 28 && table.states.values.reduce(0) { $0 + $1.events } == 400)
        #expect(fixture.cluster.records(of: "app.entities").isEmpty)
        let progress = try #require(pipeline.board.current.entities)
        #expect(progress.count == 28 && progress.evicted == 0)
        #expect(try progress.changes == fixture.published().count)
    }
}

private final class IdleMember: RebalanceListener {
    func assigned(_ partitions: [TopicPartition], committed: Offsets) -> Offsets { committed }
    func revoked(_ partitions: [TopicPartition], lost: Bool) {}
}
