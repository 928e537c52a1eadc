import Clustering
import Foundation
import Streams
import Testing

@testable import Pipeline

@Suite("Exactly once, on a log with Kafka's exact semantics", .timeLimit(.minutes(5)))
struct ExactlyOnceTests {
    @Test func everyRecordOnceInOrderAndTheModelWeighsThemAll() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<2_000)
        try await fixture.run(until: 2_000)
        fixture.expectExactlyOnce(2_000)
        let stored = try #require(try fixture.storedModel())
        #expect(stored.model.records == 2_000)
        #expect(abs(stored.model.totalWeight - 2_000) < 1e-6)
        #expect(stored.covered == fixture.cluster.committed(group: "app"))
        #expect(stored.model.clusters.count >= 2, "five letters, five directions")
    }

    @Test func aRestartGoesOnWhereTheCommittedOutputEnds() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<1_000)
        try await fixture.run(until: 1_000)
        let first = try #require(try fixture.storedModel())
        try fixture.produce(1_000..<2_000)
        try await fixture.run(until: 2_000)
        fixture.expectExactlyOnce(2_000)
        let second = try #require(try fixture.storedModel())
        #expect(abs(second.model.totalWeight - 2_000) < 1e-6)
        #expect(second.model.version > first.model.version)
    }

    @Test func positionsComeFromTheModelWhereTheGroupHasNone() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<600)
        try await fixture.run(until: 600)
        // Another group name, the same store: the group knows nothing, the model's meta does.
        var other = fixture
        other.options.application = "other"
        try other.produce(600..<800)
        try await other.run(until: 800)
        fixture.expectExactlyOnce(800)
    }

    static let faults: [(SimulatedFault.Call, StreamError.Class, SimulatedFault.Moment)] = [
        (.begin, .abortable, .before), (.begin, .fatal, .before),
        (.send, .abortable, .before), (.send, .fatal, .after), (.send, .retriable, .before),
        (.sendOffsets, .abortable, .before), (.sendOffsets, .abortable, .after), (.sendOffsets, .fatal, .before),
        (.commit, .abortable, .before), (.commit, .fatal, .before), (.commit, .fatal, .after),
        (.commit, .retriable, .before), (.commit, .retriable, .after), (.commit, .unreachable, .after),
        (.abort, .fatal, .before),
    ]

    @Test(arguments: Self.faults)
    func everyFaultOfTheTableLeavesTheOutputWhole(
        call: SimulatedFault.Call,
        kind: StreamError.Class,
        moment: SimulatedFault.Moment
    ) async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<800)
        let error = StreamError(kind, code: "injected", "a fault")
        if call == .abort {
            // An abort happens only after something else failed.
            fixture.cluster.inject(
                SimulatedFault(.sendOffsets, StreamError(.abortable, code: "injected", "a fault"), skipping: 1)
            )
        }
        fixture.cluster.inject(SimulatedFault(call, error, moment: moment, skipping: 1, count: 2))
        try await fixture.run(until: 800)
        fixture.expectExactlyOnce(800)
        let model = try #require(try fixture.storedModel()).model
        #expect(abs(model.totalWeight - 800) < 1e-6, "an aborted transaction must not have taught the model anything")
    }

    @Test(arguments: [SimulatedFault.Moment.before, .after])
    func deadLettersThatTheModelNeverSawAreNotRepeatedEither(moment: SimulatedFault.Moment) async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<200)
        try await fixture.run(until: 200)
        let pipeline = fixture.pipeline()
        try pipeline.start()
        // Each bad record alone in a transaction that leaves the model as it is; the second commit is not answered.
        for number in 0..<3 {
            if number == 1 {
                let error = StreamError(.fatal, code: "injected", "a fault")
                fixture.cluster.inject(SimulatedFault(.commit, error, moment: moment))
            }
            try fixture.cluster.append([OutgoingRecord(topic: "logs", partition: 2, value: [])])
            #expect(try await PipelineFixture.eventually { fixture.cluster.records(of: "app.dead").count > number })
        }
        try fixture.produce(200..<400)
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 400 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(400)
        #expect(fixture.cluster.records(of: "app.dead").count == 3)
        #expect(try #require(try fixture.storedModel()).covered == fixture.cluster.committed(group: "app"))
    }

    @Test func killsAtRandomMomentsLoseAndRepeatNothing() async throws {
        let fixture = try PipelineFixture()
        var generator = SystemRandomNumberGenerator()
        var produced = 0
        for round in 0..<12 {
            try fixture.produce(produced..<produced + 300)
            produced += 300
            let log = ObservedLog(fixture.cluster.client())
            let pipeline = fixture.pipeline(on: log)
            try pipeline.start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 1...60, using: &generator)))
            log.kill()
            pipeline.stop()
            _ = try? await pipeline.waitForEnd()
            // The dead member's session runs out before the next one gets its partitions.
            fixture.cluster.advance(by: .seconds(round % 2 == 0 ? 31 : 61))
        }
        try await fixture.run(until: produced)
        fixture.expectExactlyOnce(produced)
        #expect(abs(try #require(try fixture.storedModel()).model.totalWeight - Double(produced)) < 1e-6)
    }

    @Test func aSecondInstanceFencesTheFirst() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<200)
        let first = fixture.pipeline()
        try first.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == 200 })
        let second = fixture.pipeline()
        try second.start()
        try fixture.produce(200..<600)
        // Whichever gets partitions, the first may not write any more.
        await #expect(throws: PipelineFailure.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await first.waitForEnd() }
                group.addTask {
                    try await Task.sleep(for: .seconds(20))
                    throw CancellationError()
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        #expect(first.state == .failed)
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == 600 })
        second.stop()
        try await second.waitForEnd()
        fixture.expectExactlyOnce(600)
    }

    @Test func aRebalanceInTheMiddleRepeatsNothing() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<400)
        let pipeline = fixture.pipeline()
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 100 })
        // Somebody joins the group, takes partitions, reads nothing and leaves.
        let guest = try fixture.cluster.client().makeConsumer(group: "app")
        let listener = IdleListener()
        try guest.subscribe(to: ["logs"], listener: listener)
        for number in 0..<20 {
            try fixture.produce(400 + number * 20..<420 + number * 20)
            _ = try guest.poll(maximum: 1, maximumBytes: 1, timeout: .milliseconds(5))
            try await Task.sleep(for: .milliseconds(5))
        }
        guest.close()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == 800 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(800)
    }

    @Test func aRebalanceThatCannotWaitForTheWorkInHandRepeatsNothing() async throws {
        var fixture = try PipelineFixture()
        fixture.space.delay = 0.05
        fixture.options.drainTimeout = .milliseconds(10)
        try fixture.produce(0..<1_000)
        let pipeline = fixture.pipeline()
        try pipeline.start()
        for round in 0..<4 {
            #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 100 * (round + 1) })
            // Somebody joins the group and leaves it again, while batches are being embedded.
            let guest = try fixture.cluster.client().makeConsumer(group: "app")
            try guest.subscribe(to: ["logs"], listener: IdleListener())
            for _ in 0..<10 {
                _ = try guest.poll(maximum: 1, maximumBytes: 1, timeout: .milliseconds(1))
                try await Task.sleep(for: .milliseconds(5))
            }
            guest.close()
        }
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 1_000 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(1_000)
        #expect(abs(try #require(try fixture.storedModel()).model.totalWeight - 1_000) < 1e-6)
    }

    @Test func aModelOfAnotherSpaceIsRefusedByName() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<300)
        try await fixture.run(until: 300)
        let other = Pipeline(
            options: fixture.options,
            log: fixture.cluster.client(),
            space: OtherSpace(),
            decoder: RecordDecoder(space: OtherSpace(), format: .text),
            sink: PipelineFixture.silent()
        )
        let failure = #expect(throws: PipelineFailure.self) { try other.start() }
        let message = "\(try #require(failure))"
        #expect(message.contains("toy") && message.contains("other-space"))
    }

    @Test func atLeastOnceCommitsOnlyWhatWasDelivered() async throws {
        var fixture = try PipelineFixture()
        fixture.options.delivery = .atLeastOnce
        try fixture.produce(0..<800)
        fixture.cluster.inject(
            SimulatedFault(.flush, StreamError(.retriable, code: "injected", "a fault"), skipping: 1, count: 2)
        )
        try await fixture.run(until: 800)
        let delivered = Set(fixture.outputSources().map { "\($0.0)@\($0.1)" })
        #expect(delivered.count == 800, "nothing may be missing; repeats are allowed")
        let committed = fixture.cluster.committed(group: "app")
        #expect(committed.values.reduce(0, +) == 800)
    }
}

private final class IdleListener: RebalanceListener {
    func assigned(_ partitions: [TopicPartition], committed: Offsets) -> Offsets { committed }
    func revoked(_ partitions: [TopicPartition], lost: Bool) {}
}
