import Embedding
import Foundation
import Kernels
import Streams
import Synchronization
import Testing

@testable import Pipeline

@Suite("Batches grow with what waits", .timeLimit(.minutes(2)))
struct BatchSizeTests {
    private func size() -> BatchSize { BatchSize(smallest: 8, largest: 1000, lanes: 2) }

    @Test func whileNothingWaitsBatchesAreSmall() {
        var size = size()
        for _ in 0..<20 {
            size.note(records: 8, seconds: 1e-6)
            #expect(size.next(waiting: 0) == 8)
        }
    }

    @Test func whileEveryLaneHasWorkTheyDoubleUpToTheLargest() {
        var size = size()
        size.note(records: 8, seconds: 1e-6)
        #expect((0..<9).map { _ in size.next(waiting: 2) } == [16, 32, 64, 128, 256, 512, 1000, 1000, 1000])
        #expect(size.next(waiting: 1) == 1000, "a lane is free, but what waits is no less")
        #expect((0..<8).map { _ in size.next(waiting: 0) } == [500, 250, 125, 62, 31, 15, 8, 8])
    }

    @Test(arguments: [1e-6, 1e-4, 2e-3, 0.01, 5])
    func noneTakesLong(secondsPerRecord: Double) {
        var size = size()
        for _ in 0..<30 {
            let records = size.next(waiting: 4)
            #expect(records <= 8 || Double(records) * secondsPerRecord <= 1.001 * BatchSize.longest)
            size.note(records: records, seconds: Double(records) * secondsPerRecord)
        }
        #expect(size.next(waiting: 4) == min(1000, max(8, Int(0.1 / secondsPerRecord * 1.000_001))))
    }

    @Test func whatWasCheapAndBecomesDearIsTakenInSmallBatchesAtOnce() {
        var size = size()
        for _ in 0..<20 { size.note(records: size.next(waiting: 4), seconds: 1e-5) }
        #expect(size.next(waiting: 4) == 1000)
        size.note(records: 1000, seconds: 2)
        #expect(size.next(waiting: 4) == 50)
    }

    @Test func aCeilingBelowTheLeastIsKept() {
        var size = BatchSize(smallest: 16, largest: 3, lanes: 2)
        #expect(size.next(waiting: 0) == 3 && size.next(waiting: 9) == 3)
    }

    @Test func aStreamThatWaitsIsEmbeddedInLargeBatchesAndATrickleInSmallOnes() async throws {
        let space = WitnessSpace()
        var fixture = try PipelineFixture()
        fixture.options.maximumBatch = 256
        fixture.options.smallestBatch = 4
        fixture.options.lanes = 2
        let pipeline = Pipeline(
            options: fixture.options,
            log: fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text),
            sink: PipelineFixture.silent()
        )
        try fixture.produce(0..<10_000)
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == 10_000 })
        let busy = space.sizes
        #expect(busy.first == 4, "nothing waited yet")
        #expect(busy.contains(256), "all lanes had work")
        #expect(busy.reduce(0, +) == 10_000)
        for number in 0..<40 {
            try fixture.produce(10_000 + number..<10_001 + number)
            #expect(try await PipelineFixture.eventually { fixture.outputSources().count == 10_001 + number })
        }
        #expect(space.sizes.suffix(40).allSatisfy { $0 == 1 }, "each was answered before the next came")
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(10_040)
    }
}

/// A space that keeps the sizes of its batches; a batch takes a while, as embedding does.
private final class WitnessSpace: Space {
    private let seen = Mutex<[Int]>([])
    private let base = ToySpace()

    var sizes: [Int] { seen.withLock { $0 } }
    var dimension: Int { base.dimension }
    var metric: Metric { base.metric }
    var identity: String { base.identity }

    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try base.input(from: value) }
    func makeLane() -> any EmbeddingLane { Lane(space: self, base: base.makeLane()) }

    private final class Lane: EmbeddingLane {
        let space: WitnessSpace
        let base: any EmbeddingLane

        init(space: WitnessSpace, base: any EmbeddingLane) {
            self.space = space
            self.base = base
        }

        func embed(_ inputs: [SpaceInput]) -> Matrix {
            space.seen.withLock { $0.append(inputs.count) }
            Thread.sleep(forTimeInterval: 0.001)
            return base.embed(inputs)
        }
    }
}
