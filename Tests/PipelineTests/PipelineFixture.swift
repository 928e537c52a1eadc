import Clustering
import Foundation
import Logging
import Streams
import Telemetry
import Testing

@testable import Pipeline

/// A simulated cluster with an input of four partitions, and pipelines on it.
struct PipelineFixture {
    static let partitions = 4

    let cluster: SimulatedLog
    var options: PipelineOptions
    var space = ToySpace()

    init() throws {
        cluster = SimulatedLog()
        cluster.createMissing([TopicDefinition(name: "logs", partitions: Self.partitions)])
        var clustering = ClusteringOptions()
        clustering.halfLife = .none
        clustering.sampleCapacity = 200
        options = PipelineOptions(application: "app", clustering: clustering)
        options.topics = ["logs"]
        options.outputTopic = "out"
        options.eventsTopic = "app.events"
        options.deadLetterTopic = "app.dead"
        options.store = ModelStore(topic: "app.model")
        options.commitInterval = .milliseconds(20)
        options.maximumBatch = 50
        options.linger = .milliseconds(2)
        options.drainTimeout = .seconds(10)
    }

    /// Appends `count` records whose values tell their number; they go round the partitions.
    func produce(_ range: Range<Int>) throws {
        try cluster.append(
            range.map { number in
                OutgoingRecord(
                    topic: "logs",
                    partition: Int32(number % Self.partitions),
                    key: Array("k\(number)".utf8),
                    value: Array("\(Character(UnicodeScalar(UInt8(97 + number % 5)))) record \(number)".utf8)
                )
            }
        )
    }

    func pipeline(on log: (any RecordLog)? = nil, sink: EventSink? = nil) -> Pipeline {
        Pipeline(
            options: options,
            log: log ?? cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: sink ?? Self.silent()
        )
    }

    static func silent() -> EventSink {
        EventSink(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Input coordinates of everything that a read-committed reader of the output sees, in its order.
    func outputSources() -> [(TopicPartition, Int64)] {
        cluster.records(of: "out").map { record in
            func header(_ name: String) -> String {
                String(decoding: record.headers.first { $0.name == name }?.value ?? [], as: UTF8.self)
            }
            return (
                TopicPartition(topic: header("source-topic"), partition: Int32(header("source-partition")) ?? -1),
                Int64(header("source-offset")) ?? -1
            )
        }
    }

    /// Fails unless each of the `count` records is in the output exactly once, and in order per partition.
    func expectExactlyOnce(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        let sources = outputSources()
        #expect(sources.count == count, sourceLocation: sourceLocation)
        var seen: [TopicPartition: [Int64]] = [:]
        for (partition, offset) in sources { seen[partition, default: []].append(offset) }
        for (partition, offsets) in seen {
            #expect(offsets == offsets.sorted(), "\(partition) is out of order", sourceLocation: sourceLocation)
            #expect(Set(offsets).count == offsets.count, "\(partition) has duplicates", sourceLocation: sourceLocation)
        }
        #expect(seen.count == min(count, Self.partitions), sourceLocation: sourceLocation)
    }

    /// The model in the store.
    func storedModel() throws -> (model: Model, covered: Offsets)? {
        try ModelStore(topic: "app.model").restore(from: cluster)
    }

    /// Waits until `condition` holds, for ten seconds at most.
    static func eventually(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Runs a pipeline until the output holds `count` records, then stops it in order.
    func run(until count: Int, on log: (any RecordLog)? = nil) async throws {
        let pipeline = pipeline(on: log)
        try pipeline.start()
        #expect(try await Self.eventually { outputSources().count >= count || pipeline.state == .failed })
        pipeline.stop()
        try await pipeline.waitForEnd()
    }
}
