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

@Suite("Sessions through the pipeline", .timeLimit(.minutes(5)))
struct SessionPipelineTests {
    private struct Published: Decodable, Equatable {
        struct Event: Decodable, Equatable {
            var count: Int
            var template: String?
        }

        var session: String
        var start: Int64
        var end: Int64
        var events: Int
        var closed: String
        var sequence: [Int]
        var templates: [String: Event]
        var cluster: Int?
        var anomaly: Bool
    }

    private static let lines = [
        "Receiving block blk_N src /10.0.0.1:50 dest /10.0.0.2:60", "Received block blk_N of size 67 from /10.0.0.1",
        "PacketResponder 1 for block blk_N terminating", "Verification succeeded for blk_N",
    ]

    private func fixture(_ change: (inout SessionOptions) -> Void = { _ in }) throws -> PipelineFixture {
        var fixture = try PipelineFixture()
        fixture.cluster.createMissing([TopicDefinition(name: "lines", partitions: 1)])
        fixture.options.topics = ["lines"]
        fixture.options.sessionStore = StateStore(topic: "app.sessions")
        fixture.options.schedule = ReclusterSchedule(period: .off)
        var sessions = SessionOptions()
        sessions.key = .pattern("blk_[0-9]+")
        // Hours, so that nothing ends while a test waits.
        sessions.window = .gap(10_000_000)
        sessions.lateness = 0
        change(&sessions)
        fixture.options.sessions = sessions
        return fixture
    }

    /// Blocks one after another, three or four events each; their lines are interleaved.
    private func produce(_ blocks: Range<Int>, _ fixture: PipelineFixture) throws {
        var records: [OutgoingRecord] = []
        for block in blocks {
            for (step, line) in Self.lines.prefix(block % 5 == 0 ? 4 : 3).enumerated() {
                let text = line.replacingOccurrences(of: "blk_N", with: "blk_\(block)")
                let time = Int64(block) * 300_000 + Int64(step) * 250_000
                records.append(
                    OutgoingRecord(topic: "lines", partition: 0, timestamp: time, value: Array(text.utf8))
                )
            }
        }
        try fixture.cluster.append(records.sorted { $0.timestamp ?? 0 < $1.timestamp ?? 0 })
    }

    private func send(_ text: String, at time: Int64?, key: String? = nil, _ fixture: PipelineFixture) throws {
        let key = key.map { Array($0.utf8) }
        try fixture.cluster.append([
            OutgoingRecord(topic: "lines", partition: 0, timestamp: time, key: key, value: Array(text.utf8))
        ])
    }

    private func pipeline(
        _ fixture: PipelineFixture,
        on log: (any RecordLog)? = nil,
        sink: EventSink = PipelineFixture.silent(),
        format: InputFormat = .text,
        in space: SessionSpace = SessionSpace()
    ) -> Pipeline {
        return Pipeline(
            options: fixture.options,
            log: log ?? fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(
                space: space,
                format: format,
                field: format == .json ? "message" : nil,
                maximumBytes: 4096
            ),
            sink: sink
        )
    }

    private func committed(_ fixture: PipelineFixture) -> Int {
        Int(fixture.cluster.committed(group: "app").values.reduce(0, +))
    }

    /// Runs until so many records of the input are done, then stops in order.
    private func run(
        _ fixture: PipelineFixture,
        until count: Int,
        sink: EventSink = PipelineFixture.silent(),
        format: InputFormat = .text
    ) async throws {
        let pipeline = pipeline(fixture, sink: sink, format: format)
        try pipeline.start()
        #expect(
            try await PipelineFixture.eventually { committed(fixture) >= count || pipeline.state == .failed }
        )
        pipeline.stop()
        try await pipeline.waitForEnd()
    }

    private func published(_ fixture: PipelineFixture) throws -> [Published] {
        try fixture.cluster.records(of: "out").map { record in
            let published = try JSONDecoder().decode(Published.self, from: Data(record.value ?? []))
            #expect(record.key.map { String(decoding: $0, as: UTF8.self) } == published.session)
            return published
        }
    }

    @Test("A session that ended is a record: its events in order, its templates, its cluster")
    func sessionsAreRecords() async throws {
        let fixture = try fixture()
        try produce(0..<500, fixture)
        try await run(fixture, until: 1600)
        let published = try published(fixture)
        #expect(published.count > 450, "the last ones are still open")
        #expect(published.map(\.session) == (0..<published.count).map { "blk_\($0)" }, "in the order of their ends")
        let long = try #require(published.first { $0.session == "blk_5" })
        #expect(long.events == 4 && long.start == 1_500_000 && long.end == 2_250_000 && long.closed == "window")
        #expect(long.sequence.count == 4 && Set(long.sequence).count == 4)
        #expect(
            long.templates[String(long.sequence[1])]
                == Published.Event(count: 1, template: "Received block blk_<*> of size <*> from <*>")
        )
        let late = published.suffix(200)
        let (short, other) = (late.filter { $0.events == 3 }, late.filter { $0.events == 4 })
        #expect(Set(short.map(\.cluster)).count == 1 && short[short.startIndex].cluster != nil)
        #expect(Set(other.map(\.cluster)).count == 1 && other.first?.cluster != short.first?.cluster)
        let model = try #require(try fixture.storedModel()).model
        #expect(model.templates?.documents == published.count)
    }

    @Test("Events whose templates became one while the session was open are one kind of event")
    func mergedTemplatesAreFollowed() async throws {
        let fixture = try fixture()
        // Far more towns than are taken for kinds of line; all in one session, with one other line before and after.
        let towns = ["ville", "stead", "borough", "wick"].flatMap { ending in
            "abcdefghij".map { "blk_7 came to the town of \($0)\(ending) at last" }
        }
        let lines = ["blk_7 sets out now"] + towns + ["blk_7 rests now"]
        for (time, line) in lines.enumerated() { try send(line, at: Int64(time), fixture) }
        try send("blk_8 sets out now", at: 50_000_000, fixture)
        try await run(fixture, until: lines.count + 1)
        let session = try #require(try published(fixture).first)
        #expect(session.session == "blk_7" && session.events == 42)
        #expect(session.templates.values.map(\.count).sorted() == [1, 1, 40])
        #expect(Set(session.sequence.dropFirst().dropLast()).count == 1)
        #expect(session.templates.values.contains { $0.template == "blk_7 came to the town of <*> at last" })
    }

    @Test("Faults, kills and restarts change nothing of what is published", arguments: [1, 2, 3, 4, 5, 6])
    func exactlyOnce(seed: UInt64) async throws {
        func fixture() throws -> PipelineFixture {
            var fixture = try self.fixture()
            fixture.options.clustering.step = 1
            try produce(0..<300, fixture)
            return fixture
        }
        let unbroken = try fixture()
        try await run(unbroken, until: 960)
        let broken = try fixture()
        var generator = SplitMix(seed: seed)
        try await BrokenRun.run(on: broken.cluster, &generator) { pipeline(broken, on: $0) }
        try await run(broken, until: 960)
        let expected = try published(unbroken)
        #expect(expected.count > 200)
        #expect(try published(broken) == expected)
    }

    @Test("Sessions end although nothing comes, and what was kept of them goes")
    func idle() async throws {
        let fixture = try fixture { $0.window = .gap(200) }
        for step in 0..<9 { try send("Received block blk_\(step % 3)", at: Int64(step) * 10, fixture) }
        let pipeline = pipeline(fixture)
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.cluster.records(of: "out").count == 3 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        let stored = try StateStore(topic: "app.sessions").restore(
            [TopicPartition(topic: "lines", partition: 0)],
            from: fixture.cluster,
            partitions: 1,
            options: try #require(fixture.options.sessions)
        )
        let left = try #require(stored.values.first)
        #expect(left.entries.keys.allSatisfy { $0.isEmpty }, "nothing but the clock")
        #expect(left.covered == 9)
    }

    @Test("Late events, and lines without a key, are counted")
    func oddRecords() async throws {
        let fixture = try fixture()
        try send("Receiving block blk_1 src", at: 100_000_000, fixture)
        try send("nothing of a block here", at: 100_000_000, fixture)
        try send("Receiving block blk_2 src", at: 10_000_000, fixture)
        try send("nothing of a block here, but the clock goes on", at: 120_000_000, fixture)
        let sink = PipelineFixture.silent()
        try await run(fixture, until: 4, sink: sink)
        #expect(try published(fixture).map(\.session) == ["blk_1"])
        let metrics = sink.metrics.exposition()
        #expect(metrics.contains("centroidd_session_events_late_total 1\n"))
        #expect(metrics.contains("centroidd_session_events_without_key_total 2\n"))
        #expect(metrics.contains(#"centroidd_sessions_closed_total{reason="window"} 1"#))
    }

    @Test("A line tells its time where its record has none; a record that tells none is rejected")
    func timesOfLines() throws {
        var options = SessionOptions()
        options.key = .pattern("blk_(-?[0-9]+)")
        let decoder = SessionDecoder(options: options)
        func event(_ line: String) -> Result<SessionEvent, InputRejection> {
            let source = TopicPartition(topic: "lines", partition: 0)
            return decoder.decode(Record(source: source, offset: 0, value: Array(line.utf8)), line: line)
        }
        let deletion = try event("081109 203518 143 INFO dfs.DataNode: deleting blk_7 and blk_-8, again blk_7").get()
        #expect(deletion == SessionEvent(keys: [Array("7".utf8), Array("-8".utf8)], time: 1_226_262_918_000))
        #expect(throws: InputRejection.self) { try event("deleting blk_7").get() }
        #expect(throws: InputRejection.self) {
            try event("081109 203518 143 INFO blk_" + String(repeating: "1", count: 2000)).get()
        }
    }

    @Test("The name and the time may be fields of a JSON object, the name may be the record's key")
    func fields() async throws {
        var fixture = try fixture {
            $0.key = .field(["request", "id"])
            $0.time = ["at"]
        }
        for number in 0..<4 {
            let time = "2024-05-0\(number + 1)T10:00:00Z"
            try send(#"{"request":{"id":\#(number)},"at":"\#(time)","message":"GET /a took 5 ms"}"#, at: 7, fixture)
        }
        try send(#"{"at":"2024-06-01T11:00:00Z","message":"GET /a took 5 ms"}"#, at: 7, fixture)
        try send(#"{"request":{"id":9},"at":"soon","message":"GET /a took 5 ms"}"#, at: 7, fixture)
        try await run(fixture, until: 6, format: .json)
        #expect(try published(fixture).map(\.session) == ["0", "1", "2"])
        #expect(fixture.cluster.records(of: "app.dead").count == 2)

        fixture = try self.fixture { $0.key = .record }
        for number in 0..<3 {
            try send("GET /a took 5 ms", at: Int64(number) * 50_000_000, key: "user\(number)", fixture)
        }
        try send("GET /a took 5 ms", at: 200_000_000, fixture)
        try await run(fixture, until: 4)
        #expect(try published(fixture).map(\.session) == ["user0", "user1"])
        #expect(fixture.cluster.records(of: "app.dead").count == 1)
    }

    @Test("Sessions of another kind than those that are stored are refused, with the section's name")
    func otherSessions() async throws {
        var fixture = try fixture()
        try produce(0..<10, fixture)
        try await run(fixture, until: 32)
        fixture.options.sessions?.window = .tumbling(100_000)
        let pipeline = pipeline(fixture)
        let failure = await #expect(throws: PipelineFailure.self) {
            try pipeline.start()
            try await pipeline.waitForEnd()
        }
        #expect("\(String(describing: failure))".contains("app.sessions"))
        #expect("\(String(describing: failure))".contains("`session`"))
    }

    @Test("A changed order is an anomaly where the order counts, and the explanation names what followed what")
    func order() async throws {
        var fixture = try fixture()
        var options = SessionSpace.Options()
        options.ordered = true
        let space = SessionSpace(options)
        let steps = ["request of blk_N accepted", "blk_N authorised", "query for blk_N took 5 ms", "blk_N answered"]
        var generator = SplitMix(seed: 3)
        let count = 1500
        for block in 0..<count {
            var order = generator.next() % 3 == 0 ? [0, 1, 2, 2, 3] : [0, 1, 2, 3]
            if block == 1200 { order = [0, 2, 1, 3] }
            for (step, line) in order.enumerated() {
                let text = steps[line].replacingOccurrences(of: "blk_N", with: "blk_\(block)")
                try send(text, at: Int64(block * 300_000 + step * 1000), fixture)
            }
        }
        fixture.options.store = nil
        fixture.options.delivery = .atLeastOnce
        let pipeline = pipeline(fixture, in: space)
        try pipeline.start()
        let cluster = fixture.cluster
        #expect(try await PipelineFixture.eventually { cluster.records(of: "out").count > 1300 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        let odd = try cluster.records(of: "out").compactMap { record -> Odd? in
            let odd = try JSONDecoder().decode(Odd.self, from: Data(record.value ?? []))
            return odd.anomaly ? odd : nil
        }
        let found = try #require(odd.first { $0.session == "blk_1200" })
        let names = found.explain?.fields.map(\.name) ?? []
        #expect(names.contains { $0.contains("authorised → query for") && !$0.contains("element") }, "\(names)")
        #expect(odd.count <= 15, "the others are few: \(odd.map(\.session))")
    }

    private struct Odd: Decodable {
        struct Explain: Decodable {
            struct Field: Decodable { var name: String }
            var fields: [Field]
        }
        var session: String
        var anomaly: Bool
        var explain: Explain?
    }

    @Test("An input that is not kept ends its sessions with it")
    func endOfInput() async throws {
        var fixture = try fixture()
        fixture.options.store = nil
        fixture.options.delivery = .atLeastOnce
        try produce(0..<40, fixture)
        try await run(fixture, until: 128)
        let published = try published(fixture)
        #expect(published.map(\.session) == (0..<40).map { "blk_\($0)" })
        #expect(published.last?.closed == "end" && published.first?.closed == "window")
    }
}
