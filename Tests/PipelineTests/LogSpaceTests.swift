import Clustering
import Embedding
import Foundation
import Streams
import Templates
import Testing

@testable import Pipeline

@Suite("Lines of logs through the pipeline", .timeLimit(.minutes(5)))
struct LogSpaceTests {
    private struct Published: Decodable {
        struct Source: Decodable {
            var partition: Int32
            var offset: Int64
        }

        var template: String
        var templateID: Int
        var parameters: [String]
        var cluster: Int?
        var source: Source

        enum CodingKeys: String, CodingKey {
            case template, parameters, cluster, source
            case templateID = "template_id"
        }
    }

    private let space = LogSpace(text: HashedTextSpace(dimension: 64))

    private func line(_ number: Int) -> String {
        switch number % 6 {
        case 0: "2024-03-01 10:00:\(10 + number % 50) INFO request \(number) took \(number % 90) ms"
        case 1: "session opened for user \(["root", "ann", "bob"][number / 6 % 3]) by (uid=\(number % 4))"
        case 2: "Deleting block blk_\(number) file /data/blk_\(number)"
        case 3: "connection from 10.0.0.\(number % 250) (web\(number).example.net) closed"
        case 4: "disk sda\(number % 5) is \(number % 100)% full\n\tat a.b.C(D.java:\(number))"
        default: "worker \(["one", "two", "three", "four"][number / 6 % 4]) is ready"
        }
    }

    private func fixture() throws -> PipelineFixture {
        var fixture = try PipelineFixture()
        fixture.cluster.createMissing([TopicDefinition(name: "lines", partitions: 1)])
        fixture.options.topics = ["lines"]
        return fixture
    }

    private func produce(_ range: Range<Int>, _ fixture: PipelineFixture) throws {
        try fixture.cluster.append(
            range.map { OutgoingRecord(topic: "lines", partition: 0, value: Array(line($0).utf8)) }
        )
    }

    private func pipeline(_ fixture: PipelineFixture, on log: (any RecordLog)? = nil) -> Pipeline {
        Pipeline(
            options: fixture.options,
            log: log ?? fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .text, maximumBytes: 4096),
            sink: PipelineFixture.silent()
        )
    }

    private func run(_ fixture: PipelineFixture, until count: Int) async throws {
        let pipeline = pipeline(fixture)
        try pipeline.start()
        #expect(
            try await PipelineFixture.eventually {
                fixture.outputSources().count >= count || pipeline.state == .failed
            }
        )
        pipeline.stop()
        try await pipeline.waitForEnd()
    }

    private func published(_ fixture: PipelineFixture) throws -> [Published] {
        try fixture.cluster.records(of: "out").map {
            try JSONDecoder().decode(Published.self, from: Data($0.value ?? []))
        }
    }

    @Test("An assignment carries its template, the template's id and what varies")
    func assignmentsCarryTemplates() async throws {
        let fixture = try fixture()
        try produce(0..<600, fixture)
        try await run(fixture, until: 600)
        let published = try published(fixture)
        #expect(published.count == 600)
        #expect(published[6].template == "request <*> took <*>", "the header is lifted out")
        #expect(published[6].parameters == ["6", "6 ms"])
        #expect(published[595].template == "session opened for user <*> by (uid=<*>)")
        #expect(published[597].parameters.first == "10.0.0.97")
        #expect(published[598].template == "disk sda<*> is <*> full", "a record of two lines is one record")
        #expect(published.filter { $0.template.hasPrefix("session opened") }.allSatisfy { $0.templateID == 2 })
        #expect(Set(published.map(\.templateID)).count == 9)
        #expect(published.suffix(100).allSatisfy { $0.cluster != nil })
        let model = try #require(try fixture.storedModel()).model
        #expect(model.templates?.templates.map(\.lines).reduce(0, +) == 600)
        let events = fixture.cluster.records(of: "app.events").map { String(decoding: $0.value ?? [], as: UTF8.self) }
        #expect(events.count { $0.contains("\"template_born\"") } == 9)
    }

    @Test("Stops and kills change no id: the output is that of an unbroken run")
    func restartsChangeNothing() async throws {
        let whole = try fixture()
        try produce(0..<900, whole)
        try await run(whole, until: 900)
        let broken = try fixture()
        for end in stride(from: 300, through: 900, by: 300) {
            try produce((end - 300)..<end, broken)
            let log = ObservedLog(broken.cluster.client())
            let killed = pipeline(broken, on: log)
            try killed.start()
            try await Task.sleep(for: .milliseconds(15))
            log.kill()
            killed.stop()
            _ = try? await killed.waitForEnd()
            broken.cluster.advance(by: .seconds(61))
            try await run(broken, until: end)
        }
        let (expected, found) = (try published(whole), try published(broken))
        #expect(found.map(\.source.offset) == expected.map(\.source.offset))
        #expect(found.map(\.templateID) == expected.map(\.templateID))
        #expect(found.map(\.template) == expected.map(\.template))
        #expect(found.map(\.parameters) == expected.map(\.parameters))
        let models = try [whole, broken].map { try #require(try $0.storedModel()).model.templates }
        #expect(models[0] == models[1])
    }

    @Test("What is redacted is not in published templates or parameters, nor in what is told of them")
    func templatesAreRedacted() async throws {
        var fixture = try fixture()
        fixture.options.clustering.labels.redaction = try Redaction(rules: ["email", "secret-\\w+", "key: \\d+"])
        try fixture.cluster.append(
            (0..<60).map { number in
                let line =
                    "mail from ada\(number)@example.org for secret-project is \(number) bytes, key: \(7000 + number)"
                return OutgoingRecord(topic: "lines", partition: 0, value: Array(line.utf8))
            }
        )
        try await run(fixture, until: 60)
        let published = try published(fixture)
        #expect(published.count == 60)
        #expect(published.allSatisfy { !$0.template.contains("ada") && !$0.template.contains("secret-project") })
        for record in fixture.cluster.records(of: fixture.options.outputTopic) {
            let assignment = String(decoding: record.value ?? [], as: UTF8.self)
            #expect(!assignment.contains("ada") && !assignment.contains("secret-") && !assignment.contains("7059"))
        }
        #expect(published.last?.template.contains("for <redacted> is") == true)
        #expect(published.last?.parameters == ["<email>", "59 bytes", "<redacted>"])
        for record in fixture.cluster.records(of: "app.events") {
            let event = String(decoding: record.value ?? [], as: UTF8.self)
            #expect(!event.contains("ada") && !event.contains("secret-project"))
        }
    }

    @Test("What is not a line is refused by name")
    func emptyLinesAreRefused() {
        let decoder = RecordDecoder(space: space, format: .text)
        let source = TopicPartition(topic: "lines", partition: 0)
        for value in ["", "   "] {
            let result = decoder.decode(Record(source: source, offset: 0, value: Array(value.utf8)))
            guard case .failure(let rejection) = result else {
                Issue.record("\"\(value)\" was taken")
                continue
            }
            #expect(rejection.code == .empty)
        }
    }

    private func runJSON(
        _ values: [String],
        _ fixture: PipelineFixture,
        context: ContextOptions
    ) async throws {
        try fixture.cluster.append(
            values.map { OutgoingRecord(topic: "lines", partition: 0, value: Array($0.utf8)) }
        )
        let pipeline = Pipeline(
            options: fixture.options,
            log: fixture.cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .json, context: context),
            sink: PipelineFixture.silent()
        )
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count >= values.count })
        pipeline.stop()
        try await pipeline.waitForEnd()
    }

    @Test("Of a JSON record the message is mined, and the rest goes with the assignment")
    func messagesOfJSONAreMined() async throws {
        struct Contextual: Decodable {
            struct Context: Decodable, Equatable {
                var host: String
                var level: Int
            }
            var context: Context
        }
        let fixture = try fixture()
        let values = (0..<20).map {
            #"{"host":"web","event":{"message":"request \#($0) took 5 ms"},"level":\#($0)}"#
        }
        try await runJSON(values, fixture, context: ContextOptions())
        #expect(Set(try published(fixture).map(\.template)) == ["request <*> took <*>"])
        let contexts = try fixture.cluster.records(of: "out").map {
            try JSONDecoder().decode(Contextual.self, from: Data($0.value ?? [])).context
        }
        #expect(contexts == (0..<20).map { Contextual.Context(host: "web", level: $0) })
    }

    @Test("A service that has just begun is learned before its new lines raise alarms")
    func servicesAreLearnedFirst() async throws {
        struct Judged: Decodable { var anomaly: Bool }
        let words = ["opened", "closed", "refused", "queued", "cached", "merged"]
        let shop = (0..<3000).map { #"{"msg":"order \#($0) was \#(words[$0 % 6]) by the till","service":"shop"}"# }
        let bank = (0..<60).map { number in
            #"{"msg":"ledger \#(words[number % 6]) at branch \#(number) without delay or fee","service":"bank"}"#
        }
        var alarms: [Int] = []
        for source in [[], ["service"]] {
            var fixture = try fixture()
            fixture.options.clustering.anomalies.falseAlarmRate = 0.05
            try await runJSON(shop + bank, fixture, context: ContextOptions(members: [], source: source))
            alarms.append(
                try fixture.cluster.records(of: "out").suffix(bank.count)
                    .map { try JSONDecoder().decode(Judged.self, from: Data($0.value ?? [])) }
                    .count { $0.anomaly }
            )
        }
        #expect(alarms[0] > 0, "a topic that has long been known brings something new")
        #expect(alarms[1] == 0, "a service that has not")
    }
}
