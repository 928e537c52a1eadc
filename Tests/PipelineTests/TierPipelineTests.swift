import Clustering
import Embedding
import Kernels
import Streams
import Synchronization
import Telemetry
import Testing

@testable import Pipeline

@Suite("Two tiers in the pipeline", .timeLimit(.minutes(5)))
struct TierPipelineTests {
    /// Rows of eight elements, deep vectors of twelve; counts what is embedded deeply.
    struct TieredToySpace: Space {
        let dimension = 8
        let metric = Metric.cosine
        let identity = "toy-tiers"
        let asked: Counter
        var deep: (any Space)? { DeepToySpace(asked: asked) }

        func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try ToySpace().input(from: value) }
        func makeLane() -> any EmbeddingLane { ToySpace().makeLane() }
    }

    final class Counter: Sendable {
        let texts = Atomic(0)
    }

    struct DeepToySpace: Space {
        let dimension = 12
        let metric = Metric.cosine
        let identity = "toy-deep"
        let asked: Counter

        func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try ToySpace().input(from: value) }
        func makeLane() -> any EmbeddingLane { DeepToyLane(asked: asked) }
    }

    private final class DeepToyLane: EmbeddingLane {
        private let asked: Counter
        private let base = ToySpace().makeLane()

        init(asked: Counter) { self.asked = asked }

        /// The toy vector and its first elements once more.
        func embed(_ inputs: [SpaceInput]) -> Matrix {
            asked.texts.add(inputs.count, ordering: .relaxed)
            let rows = base.embed(inputs)
            var result = Matrix(rows: 0, columns: 12)
            for row in 0..<rows.rows {
                let vector = Array(rows[row: row])
                result.append(row: vector + vector.prefix(4))
                result.normalise(row: row)
            }
            return result
        }
    }

    private func run(_ fixture: PipelineFixture, until count: Int, lanes: Int = 2) async throws -> Int {
        let space = TieredToySpace(asked: Counter())
        var options = fixture.options
        options.lanes = lanes
        let sink = PipelineFixture.silent()
        let pipeline = Pipeline(
            options: options,
            log: fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: sink
        )
        try pipeline.start()
        #expect(
            try await PipelineFixture.eventually { fixture.outputSources().count >= count || pipeline.state == .failed }
        )
        pipeline.stop()
        try await pipeline.waitForEnd()
        let asked = space.asked.texts.load(ordering: .relaxed)
        #expect(sink.metrics.value(of: .embeddingDeep) == Double(asked))
        return asked
    }

    @Test func everyRecordOnceOverARestartAndTheMapIsStoredWithTheModel() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<1_000)
        let asked = try await run(fixture, until: 1_000)
        #expect(asked >= 200 && asked < 1_000, "the sample goes through the deep space, not everything")
        let first = try #require(try fixture.storedModel()).model
        #expect(first.deep?.map?.outputs == 12 && first.dimension == 12 && first.inputDimension == 8)
        #expect(first.sample.slots.allSatisfy { $0.deep?.count == 12 })
        try fixture.produce(1_000..<2_000)
        _ = try await run(fixture, until: 2_000)
        fixture.expectExactlyOnce(2_000)
        let second = try #require(try fixture.storedModel())
        #expect(abs(second.model.totalWeight - 2_000) < 1e-6 && second.model.clusters.count >= 2)
        #expect(second.covered == fixture.cluster.committed(group: "app"))
    }

    @Test func aFaultLeavesTheOutputWhole() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<800)
        let error = StreamError(.fatal, code: "injected", "a fault")
        fixture.cluster.inject(SimulatedFault(.commit, error, moment: .after, skipping: 1, count: 2))
        _ = try await run(fixture, until: 800)
        fixture.expectExactlyOnce(800)
        #expect(abs(try #require(try fixture.storedModel()).model.totalWeight - 800) < 1e-6)
    }

    @Test func aModelOfOneTierIsRefusedInTwo() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<200)
        try await fixture.run(until: 200)
        let space = TieredToySpace(asked: Counter())
        let pipeline = Pipeline(
            options: fixture.options,
            log: fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: PipelineFixture.silent()
        )
        #expect(throws: PipelineFailure.self) { try pipeline.start() }
    }
}
