import Clustering
import Dispatch
import Embedding
import Foundation
import Kernels
import Streams
import Synchronization
import Testing

@testable import Pipeline

@Suite("What is assigned and not yet written", .timeLimit(.minutes(2)))
struct UnwrittenTests {
    private let source = TopicPartition(topic: "logs", partition: 0)

    private func unwritten(_ offset: Int64) -> Unwritten {
        let batch = Batch(
            sequence: UInt64(offset),
            epoch: 0,
            records: [Record(source: source, offset: offset, value: [1])],
            footprint: 1
        )
        let embedded = EmbeddedBatch(
            batch: batch,
            outcomes: [.row(0)],
            texts: ["a"],
            vectors: Matrix(columns: 1, storage: [1])
        )
        return Unwritten(embedded, [], start: .now)
    }

    private func offset(_ unwritten: Unwritten?) -> Int64? { unwritten?.embedded.batch.records[0].offset }

    @Test func leavesInTheOrderOfAssignmentWhicheverIsEncodedFirst() {
        var waiting = UnwrittenBatches()
        let batches = (0..<4).map { unwritten(Int64($0)) }
        for batch in batches { waiting.append(batch) }
        func encode(_ place: Int) {
            let isDone = DispatchSemaphore(value: 0)
            batches[place].encode(on: DispatchQueue(label: "test.encode.\(place)")) { unwritten in
                [OutgoingRecord(topic: "out", value: Array("\(unwritten.embedded.batch.records[0].offset)".utf8))]
            } done: {
                isDone.signal()
            }
            isDone.wait()
        }
        encode(2)
        #expect(offset(waiting.takeEncoded()) == nil, "the first is not encoded yet")
        encode(1)
        #expect(offset(waiting.takeEncoded()) == nil)
        encode(0)
        var taken: [Int64?] = []
        while let next = waiting.takeEncoded() {
            taken.append(offset(next))
            #expect(next.takeRecords().map(\.value) == [Array("\(offset(next) ?? -1)".utf8)])
            #expect(next.takeRecords().isEmpty, "what was taken is not there to be sent again")
        }
        #expect(taken == [0, 1, 2], "the last is not encoded yet")
        #expect(offset(waiting.takeFirst()) == 3)
        #expect(offset(waiting.takeFirst()) == nil && waiting.isEmpty)
    }

    /// While nothing is encoded, batches pile up behind the one whose turn it is, and the commit waits for them.
    @Test func isWrittenOnceInOrderAndBeforeTheCommit() async throws {
        let fixture = try PipelineFixture()
        let pipeline = fixture.pipeline()
        try pipeline.start()
        let publisher = try #require(pipeline.parts.withLock { $0?.publisher })
        publisher.encodingQueue.suspend()
        try fixture.produce(0..<2_000)
        // Two wait to be assigned or written, and more.
        let arePiledUp = try await PipelineFixture.eventually { pipeline.budget.current.batches > 2 }
        try await Task.sleep(for: .milliseconds(200))
        let early = fixture.outputSources().count
        let committed = fixture.cluster.committed(group: "app").values.reduce(0, +)
        publisher.encodingQueue.resume()
        #expect(arePiledUp)
        #expect(early < 2_000, "what was not encoded cannot have been written")
        #expect(committed == Int64(early), "nothing is committed that was not written")
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 2_000 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(2_000)
        #expect(try #require(try fixture.storedModel()).model.records == 2_000)
    }
}
