import Clustering
import Embedding
import Foundation
import Logging
import Streams
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Pipeline

/// Sessions of HDFS (Xu et al., SOSP 2009): the blocks of its first 100,000 lines, each after the other.
@Suite("Sessions of HDFS", .enabled(if: SharedData.isPresent, "the shared data sets are not here"))
struct HDFSSessionTests {
    private struct Published: Decodable {
        var session: String
        var score: Double?
    }

    /// The best of seven one-pass peers in the same protocol ranks them with an area of .732 (LOF) and an average
    /// precision of .512 (half-space trees).
    @Test("are ranked at least as well as by the best peer", .timeLimit(.minutes(5)))
    func ranking() async throws {
        let templates = try SharedData.text("logs/anomaly/hdfs100k_templates.csv").split(separator: "\n").dropFirst()
            .map { line in
                String(line.drop { $0 != "," }.dropFirst()).replacingOccurrences(of: "<*>", with: "10.250.7.9:50010")
            }
        let blocks = try SharedData.text("logs/anomaly/hdfs100k_sessions.csv.gz").split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",") }
        var fixture = try PipelineFixture()
        fixture.cluster.createMissing([TopicDefinition(name: "lines", partitions: 1)])
        fixture.options.topics = ["lines"]
        fixture.options.clustering = ClusteringOptions()
        fixture.options.maximumBatch = 500
        fixture.options.store = nil
        fixture.options.delivery = .atLeastOnce
        fixture.options.reclustersInline = true
        var sessions = SessionOptions()
        sessions.window = .gap(5_000_000)
        sessions.lateness = 0
        fixture.options.sessions = sessions
        var time: Int64 = 0
        var records: [OutgoingRecord] = []
        var isOdd: [String: Bool] = [:]
        for block in blocks {
            isOdd[String(block[0])] = block[1] == "1"
            time += 10_000_000
            for event in block[2].split(separator: " ") {
                let text = templates[(Int(event) ?? 1) - 1]
                records.append(
                    OutgoingRecord(
                        topic: "lines",
                        partition: 0,
                        timestamp: time,
                        key: Array(block[0].utf8),
                        value: Array(text.utf8)
                    )
                )
            }
        }
        try fixture.cluster.append(records)
        let count = records.count
        let space = SessionSpace()
        let pipeline = Pipeline(
            options: fixture.options,
            log: fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: PipelineFixture.silent()
        )
        try pipeline.start()
        let cluster = fixture.cluster
        #expect(
            try await PipelineFixture.eventually {
                cluster.committed(group: "app").values.reduce(0, +) >= count || pipeline.state == .failed
            }
        )
        pipeline.stop()
        try await pipeline.waitForEnd()
        let published = try cluster.records(of: "out").map {
            try JSONDecoder().decode(Published.self, from: Data($0.value ?? []))
        }
        #expect(published.map(\.session) == blocks.map { String($0[0]) })
        let judged = published.dropFirst(500).map { (score: $0.score ?? 0, isOdd: isOdd[$0.session] ?? false) }
        #expect(Self.area(judged) > 0.732)
        #expect(Self.averagePrecision(judged) > 0.5)
    }

    /// The area under the receiver operating characteristic: how often an odd one is above another (ties half).
    private static func area(_ judged: [(score: Double, isOdd: Bool)]) -> Double {
        let sorted = judged.sorted { $0.score < $1.score }
        var (rankSum, position) = (0.0, 0)
        while position < sorted.count {
            let end = sorted[position...].firstIndex { $0.score > sorted[position].score } ?? sorted.count
            rankSum += Double(sorted[position..<end].count(where: \.isOdd)) * Double(position + end + 1) / 2
            position = end
        }
        let odd = Double(judged.count(where: \.isOdd))
        return (rankSum - odd * (odd + 1) / 2) / (odd * (Double(judged.count) - odd))
    }

    private static func averagePrecision(_ judged: [(score: Double, isOdd: Bool)]) -> Double {
        let sorted = judged.sorted { $0.score > $1.score }
        let all = Double(judged.count(where: \.isOdd))
        var (sum, found, position) = (0.0, 0.0, 0)
        while position < sorted.count {
            let end = sorted[position...].firstIndex { $0.score < sorted[position].score } ?? sorted.count
            let odd = Double(sorted[position..<end].count(where: \.isOdd))
            found += odd
            sum += odd / all * found / Double(end)
            position = end
        }
        return sum
    }
}
