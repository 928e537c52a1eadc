import Embedding
import Foundation
import Logging
import Streams
import Telemetry
import Testing

@testable import Pipeline

@Suite("Bad input", .timeLimit(.minutes(2)))
struct BadInputTests {
    /// Good records with one of each kind of bad one between them, on one partition.
    private func produce(_ fixture: PipelineFixture) throws -> (good: Int, bad: [InputRejection.Code]) {
        let bad: [(InputRejection.Code, [UInt8]?)] = [
            (.tombstone, nil), (.empty, []), (.invalidUTF8, [0xc3, 0x28]),
            (.tooLarge, [UInt8](repeating: 0x61, count: 5_000)),
        ]
        for (index, record) in bad.enumerated() {
            try fixture.produce(index * 40..<index * 40 + 40)
            try fixture.cluster.append([
                OutgoingRecord(topic: "logs", partition: 1, key: Array("bad".utf8), value: record.1)
            ])
        }
        try fixture.produce(160..<200)
        return (200, bad.map(\.0))
    }

    @Test func goesToTheDeadLetterTopicWithItsReasonAndCoordinates() async throws {
        let fixture = try PipelineFixture()
        let sink = PipelineFixture.silent()
        let (good, bad) = try produce(fixture)
        let pipeline = fixture.pipeline(sink: sink)
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.cluster.records(of: "app.dead").count == bad.count })
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == good })
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(good)
        let dead = fixture.cluster.records(of: "app.dead")
        for (record, code) in zip(dead, bad) {
            let headers = Dictionary(
                record.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) }
            ) { $1 }
            #expect(headers["error-code"] == code.rawValue)
            #expect(headers["source-topic"] == "logs" && headers["source-partition"] == "1")
            #expect(headers["error-message"]?.isEmpty == false)
            let offset = try #require(headers["source-offset"].flatMap(Int64.init))
            let original = fixture.cluster.records(of: "logs").first {
                $0.source.partition == 1 && $0.offset == offset
            }
            #expect(record.value == original?.value && record.key == original?.key)
        }
        #expect(Int(sink.metrics.total(of: .recordsDeadLettered)) == bad.count)
        #expect(pipeline.board.current.records.deadLettered == bad.count)
        #expect(try #require(try fixture.storedModel()).covered == fixture.cluster.committed(group: "app"))
    }

    @Test func isPassedOverWhenAsked() async throws {
        var fixture = try PipelineFixture()
        fixture.options.onError = .skip
        let (good, bad) = try produce(fixture)
        let pipeline = fixture.pipeline()
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == good })
        pipeline.stop()
        try await pipeline.waitForEnd()
        #expect(pipeline.board.current.records.skipped == bad.count)
        #expect(fixture.cluster.records(of: "app.dead").isEmpty)
        #expect(fixture.cluster.committed(group: "app").values.reduce(0, +) == Int64(good + bad.count))
    }

    @Test func stopsInFrontOfTheRecordWhenAsked() async throws {
        var fixture = try PipelineFixture()
        fixture.options.onError = .stop
        _ = try produce(fixture)
        let pipeline = fixture.pipeline()
        try pipeline.start()
        let failure = await #expect(throws: PipelineFailure.self) { try await pipeline.waitForEnd() }
        guard case .rejected(let rejection, let source, let offset) = try #require(failure) else {
            Issue.record("another failure: \(String(describing: failure))")
            return
        }
        #expect(rejection.code == .tombstone && source.partition == 1)
        #expect(fixture.cluster.committed(group: "app")[source] == offset, "it will be the first to be read again")
    }

    @Test func aHugeValueIsCutInTheDeadLetterAndItsSizeIsTold() {
        let record = Record(
            source: TopicPartition(topic: "logs", partition: 0),
            offset: 3,
            value: [UInt8](repeating: 7, count: 10 << 20)
        )
        let dead = DeadLetter(topic: "dead").record(for: record, rejection: InputRejection(.tooLarge, "too large"))
        #expect(dead.value?.count == DeadLetter.maximumBytes)
        #expect(dead.headers.contains(Header("original-size", String(10 << 20))))
    }
}
