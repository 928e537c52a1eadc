import Clustering
import Foundation
import Streams
import Testing

@testable import Pipeline

@Suite("What operators say of clusters", .timeLimit(.minutes(1)))
struct FeedbackTests {
    @Test func aMarkIsCommittedWithTheModelAndOutlivesTheProcess() async throws {
        let fixture = try PipelineFixture()
        try fixture.produce(0..<1000)
        let pipeline = fixture.pipeline()
        await #expect(throws: PipelineFailure.self) { try await pipeline.mark(cluster: 1, as: .normal) }
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 1000 })
        let id = try #require(pipeline.board.current.model?.clusters.first?.id)
        try await pipeline.mark(cluster: id, as: .anomalous)
        // No record has to come for it to be kept.
        let stored = try #require(try fixture.storedModel()).model
        #expect(stored.clusters.first { $0.id == id }?.standing == .anomalous)
        await #expect(throws: ClusteringError.self) { try await pipeline.mark(cluster: 12_345, as: .normal) }
        pipeline.stop()
        try await pipeline.waitForEnd()
        fixture.expectExactlyOnce(1000)

        try fixture.produce(1000..<1200)
        let next = fixture.pipeline()
        try next.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= 1200 })
        #expect(next.board.current.model?.clusters.first { $0.id == id }?.standing == .anomalous)
        try await next.mark(cluster: id, as: nil)
        next.stop()
        try await next.waitForEnd()
        fixture.expectExactlyOnce(1200)
        #expect(try #require(try fixture.storedModel()).model.clusters.allSatisfy { $0.standing == nil })

        let events = try fixture.cluster.records(of: "app.events").compactMap { record in
            try JSONSerialization.jsonObject(with: Data(record.value ?? [])) as? [String: Any]
        }
        let feedback = events.filter { $0["kind"] as? String == "feedback" }
        #expect(feedback.compactMap { $0["cluster"] as? Int } == [id, id])
        #expect(feedback.first?["verdict"] as? String == "anomalous" && feedback.last?["verdict"] is NSNull)
        // A cluster whose members all raise an alarm is one incident.
        let incidents = events.filter { $0["kind"] as? String == "incident" && $0["cluster"] as? Int == id }
        #expect(incidents.first?["state"] as? String == "opened")
        #expect(incidents.count { $0["state"] as? String == "opened" } == 1)
    }
}
