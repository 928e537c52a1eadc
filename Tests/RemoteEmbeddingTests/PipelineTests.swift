import Clustering
import Embedding
import Foundation
import Pipeline
import RemoteEmbedding
import Streams
import Synchronization
import Telemetry
import TestSupport
import Testing

/// The whole pipeline with a server in the middle of it.
@Suite("Records that wait for a server", .timeLimit(.minutes(20)))
struct RemotePipelineTests {
    private let cluster = SimulatedLog()

    init() { cluster.createMissing([TopicDefinition(name: "logs", partitions: 2)]) }

    private func produce(_ count: Int, bytes: Int = 20) throws {
        try cluster.append(
            (0..<count).map { number in
                OutgoingRecord(
                    topic: "logs",
                    partition: Int32(number % 2),
                    value: Array("record \(number) ".utf8) + [UInt8](repeating: 0x78, count: bytes)
                )
            }
        )
    }

    private func makePipeline(_ space: RemoteSpace, _ sink: EventSink, memory: Int = 64 << 20) -> Pipeline {
        var clustering = ClusteringOptions()
        clustering.halfLife = .none
        clustering.sampleCapacity = 200
        var options = PipelineOptions(application: "app", clustering: clustering)
        options.topics = ["logs"]
        options.outputTopic = "out"
        options.deadLetterTopic = "dead"
        options.store = ModelStore(topic: "app.model")
        options.commitInterval = .milliseconds(20)
        options.maximumBatch = 32
        options.lanes = 4
        options.memory = memory
        options.linger = .milliseconds(2)
        options.drainTimeout = .seconds(10)
        return Pipeline(
            options: options,
            log: cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: sink
        )
    }

    private func sources(of topic: String) -> [String] {
        cluster.records(of: topic).map { record in
            ["source-partition", "source-offset"].map { name in
                String(decoding: record.headers.first { $0.name == name }?.value ?? [], as: UTF8.self)
            }.joined(separator: "@")
        }
    }

    private func eventually(_ condition: @Sendable () -> Bool) async throws -> Bool {
        for _ in 0..<3000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("are neither lost nor doubled by a slow server that fails now and then, and memory has its ceiling")
    func slowAndFailing() async throws {
        let count = Mutex(0)
        let server = EmbeddingServer(rule: { inputs in
            if inputs.contains(where: { $0.hasPrefix("record 77 ") }) { return .status(422, message: "no") }
            return
                switch count.withLock({
                    $0 += 1
                    return $0 % 9
                })
            {
            case 0: .status(500)
            case 3: .half
            case 5: .status(429)
            default: .slow(.milliseconds(5))
            }
        })
        try produce(2000, bytes: 300)
        try await server.run { url in
            let fixture = RemoteFixture(url) { $0.waits = true }
            let pipeline = makePipeline(try await fixture.space(), fixture.sink, memory: 64 << 10)
            try await fixture.blocking { try pipeline.start() }
            #expect(try await eventually { sources(of: "out").count >= 1999 || pipeline.state == .failed })
            pipeline.stop()
            try await pipeline.waitForEnd()
            #expect(Set(sources(of: "out")).count == 1999)
            #expect(sources(of: "out").count == 1999)
            #expect(sources(of: "dead") == ["1@38"])
            let memory = pipeline.memory
            #expect(memory.peak <= memory.ceiling + 96 + 400 + 8 * 4 + 512)
            #expect(memory.inFlight == 0)
            let metrics = fixture.sink.metrics.exposition()
            #expect(metrics.contains(#"records_dead_lettered_total{reason="refused_by_server"} 1"#))
        }
    }

    @Test("outlast a server that goes away and comes back")
    func goesAway() async throws {
        try produce(600)
        let (port, fixture, pipeline) = try await EmbeddingServer().run { url -> (Int, RemoteFixture, Pipeline) in
            let fixture = RemoteFixture(url) { $0.waits = true }
            let pipeline = makePipeline(try await fixture.space(), fixture.sink)
            try await fixture.blocking { try pipeline.start() }
            #expect(try await eventually { !sources(of: "out").isEmpty })
            return (try #require(URL(string: url)?.port), fixture, pipeline)
        }
        try produce(600)
        let lost: @Sendable () -> Bool = {
            fixture.sink.recent.latest().contains { $0.text.contains("does not answer") }
        }
        #expect(try await eventually(lost))
        #expect(pipeline.state == .running)
        try await EmbeddingServer().run(port: port) { _ in
            #expect(try await eventually { sources(of: "out").count >= 1200 })
            pipeline.stop()
            try await pipeline.waitForEnd()
        }
        #expect(Set(sources(of: "out")).count == 1200)
        #expect(sources(of: "out").count == 1200)
    }

    @Test("are read again after a stop while the server was away")
    func stopsWhileAway() async throws {
        try produce(600)
        let port = try await EmbeddingServer(rule: { _ in .slow(.milliseconds(10)) }).run { url in
            try #require(URL(string: url)?.port)
        }
        let url = "http://127.0.0.1:\(port)"
        let fixture = RemoteFixture(url) { $0.waits = true }
        let space = try await fixture.space()
        let first = makePipeline(space, fixture.sink)
        try await fixture.blocking { try first.start() }
        #expect(try await eventually { space.standing.problem != nil })
        first.stop()
        try await first.waitForEnd()
        #expect(first.state == .stopped)
        #expect(fixture.sink.recent.latest().allSatisfy { $0.kind != "error" }, "a stop is no error")
        #expect(sources(of: "out").isEmpty)

        try await EmbeddingServer().run(port: port) { _ in
            let second = makePipeline(try await RemoteFixture(url).space(), fixture.sink)
            try await fixture.blocking { try second.start() }
            #expect(try await eventually { sources(of: "out").count >= 600 })
            second.stop()
            try await second.waitForEnd()
        }
        #expect(Set(sources(of: "out")).count == 600)
        #expect(sources(of: "out").count == 600)
    }

    @Test(
        "end the pipeline where the server refuses us, with nothing lost",
        arguments: [401, 404, 400],
        [true, false]
    )
    func refused(status: Int, isAtStart: Bool) async throws {
        try produce(100)
        // The first question is asked before anything is read.
        let script: [EmbeddingServer.Reply] = isAtStart ? [] : [.vectors]
        try await EmbeddingServer(script, rule: { _ in .status(status, message: "wrong") }).run { url in
            let fixture = RemoteFixture(url) { $0.waits = true }
            let pipeline = makePipeline(try await fixture.space(), fixture.sink)
            let failure = await #expect(throws: PipelineFailure.self) {
                try await fixture.blocking { try pipeline.start() }
                try await pipeline.waitForEnd()
            }
            guard case .embedding? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
        #expect(sources(of: "out").isEmpty && sources(of: "dead").isEmpty)
    }

    @Test("are not read before the dimension is known; a stop until then is an orderly end")
    func waitsForTheDimension() async throws {
        try produce(100)
        let url = try await EmbeddingServer().run { $0 }
        let port = try #require(URL(string: url)?.port)
        let fixture = RemoteFixture(url) {
            $0.waits = true
            $0.dimension = nil
        }
        let space = try RemoteSpace(fixture.options, sink: fixture.sink)
        let first = makePipeline(space, fixture.sink)
        let starting = Task { try await fixture.blocking { try first.start() } }
        #expect(try await eventually { space.standing.problem != nil })
        #expect(first.state == .starting)
        first.stop()
        try await starting.value
        try await first.waitForEnd()
        #expect(first.state == .stopped)

        let other = try RemoteSpace(fixture.options, sink: fixture.sink)
        let second = makePipeline(other, fixture.sink)
        let work = Task { try await fixture.blocking { try second.start() } }
        #expect(try await eventually { other.standing.problem != nil })
        try await EmbeddingServer().run(port: port) { _ in
            try await work.value
            #expect(try await eventually { sources(of: "out").count >= 100 })
            second.stop()
            try await second.waitForEnd()
        }
        #expect(Set(sources(of: "out")).count == 100)
    }
}
