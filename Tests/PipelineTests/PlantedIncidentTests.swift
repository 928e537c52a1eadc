import Clustering
import Embedding
import Foundation
import Streams
import TestSupport
import Testing

@testable import Pipeline

@Suite("Incidents planted in a log, through the pipeline", .timeLimit(.minutes(5)))
struct PlantedIncidentTests {
    private struct Published: Decodable {
        struct Source: Decodable { var offset: Int }

        var anomaly: Bool
        var cluster: Int?
        var reason: String?
        var model: UInt64
        var source: Source
    }

    /// What is told of an incident, and the number of records that were out when it was.
    private struct Told {
        var reason: String
        var cluster: Int
        var state: String
        var after: Int
    }

    private let space = LogSpace(text: HashedTextSpace(dimension: 128))

    private func run(_ log: PlantedLog) async throws -> (published: [Published], told: [Told]) {
        var fixture = try PipelineFixture()
        fixture.options.clustering = ClusteringOptions()
        fixture.options.maximumBatch = 500
        fixture.cluster.createMissing([TopicDefinition(name: "lines", partitions: 1)])
        fixture.options.topics = ["lines"]
        try fixture.cluster.append(
            log.lines.map {
                OutgoingRecord(topic: "lines", partition: 0, timestamp: $0.time, value: Array($0.text.utf8))
            }
        )
        let pipeline = Pipeline(
            options: fixture.options,
            log: fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: PipelineFixture.silent()
        )
        try pipeline.start()
        var isDone = false
        for _ in 0..<20 where !isDone {
            isDone = try await PipelineFixture.eventually {
                fixture.cluster.records(of: "out").count >= log.lines.count || pipeline.state == .failed
            }
        }
        pipeline.stop()
        try await pipeline.waitForEnd()
        let published = try fixture.cluster.records(of: "out").map {
            try JSONDecoder().decode(Published.self, from: Data($0.value ?? []))
        }
        let told = try fixture.cluster.records(of: "app.events").compactMap { record -> Told? in
            let event = try JSONSerialization.jsonObject(with: Data(record.value ?? [])) as? [String: Any]
            guard let event, event["kind"] as? String == "incident", let reason = event["reason"] as? String,
                let version = event["version"] as? Int, let cluster = event["cluster"] as? Int
            else { return nil }
            // The first record that a later version judged came after it.
            let after = published.first { $0.model >= UInt64(version) }?.source.offset ?? published.count
            return Told(reason: reason, cluster: cluster, state: event["state"] as? String ?? "", after: after)
        }
        return (published, told)
    }

    @Test("A new error, a burst, a silence and a slow drift are each reported within 1,000 records", arguments: [1, 2])
    func planted(seed: UInt64) async throws {
        let log = PlantedLog(seed: seed, quiet: (before: 480, between: 90), incidents: PlantedLog.Incident.allCases)
        let (published, told) = try await run(log)
        #expect(published.count == log.lines.count)
        for incident in PlantedLog.Incident.allCases {
            let begin = try #require(log.begins[incident])
            let window = begin..<min(begin + 1000, published.count)
            let isFlagged = window.contains { published[$0].anomaly && log.lines[$0].incident == incident }
            // What is told of the cluster as a whole: that it falls silent, or comes ever more often.
            let first = log.lines.firstIndex { $0.incident == incident } ?? begin
            let cluster = log.lines.indices.first { log.lines[$0].incident == incident }.flatMap {
                published[$0].cluster
            }
            let isTold = told.contains {
                guard $0.state == "opened", (min(first, begin)..<window.upperBound).contains($0.after) else {
                    return false
                }
                return incident == .silence ? $0.reason == "silence" : $0.reason == "burst" && $0.cluster == cluster
            }
            #expect(isFlagged || isTold, "\(incident) from \(begin), seed \(seed)")
        }
        // Silence is told once, and over when the cluster comes again.
        #expect(told.count { $0.reason == "silence" && $0.state == "opened" } == 1)
        #expect(told.count { $0.reason == "silence" && $0.state == "closed" } == 1)
        // Nothing else is: no line that is not planted, beyond the rate.
        let others = published.indices.dropFirst(2000).filter { log.lines[$0].incident == nil }
        let alarms = others.count { published[$0].anomaly }
        #expect(Double(alarms) <= 2.5 * 0.001 * Double(others.count), "\(alarms) of \(others.count)")
    }

    @Test("Quiet days stay within the rate that was asked for", arguments: [3, 4])
    func quiet(seed: UInt64) async throws {
        let log = PlantedLog(seed: seed, quiet: (before: 1500, between: 0), incidents: [])
        let (published, told) = try await run(log)
        let alarms = published.dropFirst(2000).count { $0.anomaly }
        #expect(Double(alarms) <= 2.5 * 0.001 * Double(published.count), "\(alarms) of \(published.count)")
        #expect(!told.contains { $0.reason == "silence" })
    }
}
