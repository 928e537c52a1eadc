import Foundation
import Kernels
import Streams
import Testing

@testable import Clustering
@testable import Pipeline

@Suite("Published assignments")
struct AssignmentRecordTests {
    @Test(arguments: [
        (0.213_449_99, 0.21345), (123_456.7, 123_457.0), (1e-9, 1e-9), (0.0, 0.0), (-0.5, -0.5), (1234.56, 1234.6),
    ])
    func figuresHaveFiveSignificantDigits(value: Double, expected: Double) {
        #expect(AssignmentRecord.rounded(value) == expected)
    }

    @Test func thereIsNoNumberForInfinity() {
        #expect(AssignmentRecord.rounded(.infinity) == nil && AssignmentRecord.rounded(.nan) == nil)
    }

    @Test func everyKeyIsInEveryRecord() throws {
        let model = Model(space: "toy", dimension: 2, metric: .cosine)
        let (assignments, _) = assign(
            vectors: Matrix(columns: 2, storage: [1, 0]),
            observations: [Observation(timestamp: 5, text: "x")],
            model: model,
            options: ClusteringOptions()
        )
        let record = Record(source: TopicPartition(topic: "logs", partition: 3), offset: 18823, value: [1])
        let bytes = AssignmentRecord(assignment: assignments[0], record: record, text: nil).encoded()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "cluster", "label", "distance", "runner_up", "score", "tail", "anomaly", "reason", "model", "source",
            ]
        )
        #expect(object["cluster"] is NSNull, "before the first cluster exists")
        let source = try #require(object["source"] as? [String: Any])
        #expect(source["offset"] as? Int == 18823 && source["partition"] as? Int == 3)
        #expect(source["timestamp"] is NSNull)
    }

    // What a reader of the output has always got, character for character.
    @Test(arguments: UInt64(0)..<400)
    func theBytesAreThoseOfTheJSONEncoder(seed: UInt64) throws {
        var chance = Chance(seed: seed)
        let record = AssignmentRecord(
            assignment: chance.assignment(),
            record: Record(
                source: TopicPartition(topic: chance.text(), partition: Int32(chance.next(12))),
                offset: chance.coin() ? .max : Int64(chance.next(1_000_000)),
                timestamp: chance.coin() ? nil : chance.coin() ? .min : 1_700_000_000_123,
                value: nil
            ),
            text: chance.coin() ? nil : chance.text(),
            entity: chance.coin() ? nil : chance.entity(),
            line: chance.coin() ? nil : chance.line(),
            session: chance.coin() ? nil : chance.session()
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let expected = try encoder.encode(ReferenceRecord(record))
        #expect(String(decoding: record.encoded(), as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        #expect((try JSONSerialization.jsonObject(with: Data(record.encoded()))) is [String: Any])
    }
}

/// Values with all that JSON treats in its own way.
private struct Chance {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next(_ limit: UInt64) -> Int { Int(generator.next() % limit) }
    mutating func coin() -> Bool { next(2) == 0 }

    mutating func text() -> String {
        let pieces = [
            "disk", "/var/log", " ", "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{c}", "\u{0}", "\u{1f}", "\u{7f}", "é",
            "e\u{301}", "日本", "👩‍👩‍👧", "\u{2028}", "\u{feff}", "</script>", "<N>",
        ]
        return (0..<next(9)).map { _ in pieces[next(UInt64(pieces.count))] }.joined()
    }

    mutating func figure() -> Double {
        let special = [
            0, -0.0, 1, 1e-12, 123_456_789, 1e17, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 0.1, -2.5e-7,
        ]
        return coin() ? special[next(UInt64(special.count))] : Double(next(2_000_001)) / 1e6 - 1
    }

    mutating func assignment() -> Assignment {
        let model = Model(space: "toy", dimension: 1, metric: .euclidean)
        let row = Matrix(columns: 1, storage: [1])
        let known = [Observation()]
        var result = assign(vectors: row, observations: known, model: model, options: ClusteringOptions()).assignments[
            0
        ]
        result.cluster = coin() ? nil : next(5000)
        result.label = coin() ? nil : text()
        result.distance = coin() ? nil : Float(figure())
        result.runnerUp = coin() ? nil : .init(cluster: next(5000), distance: Float(figure()))
        result.score = coin() ? nil : Float(figure())
        result.tail = coin() ? nil : figure()
        result.anomaly = coin()
        result.reason = coin() ? nil : [.far, .rare, .new, .burst][next(4)]
        result.version = coin() ? .max : UInt64(next(100))
        result.explanation = coin() ? nil : explanation()
        return result
    }

    mutating func explanation() -> Explanation {
        var result = Explanation()
        result.deviations = coin() ? nil : figure()
        result.terms = (0..<next(4)).map { _ in text() }
        result.fields = (0..<next(4)).map { _ in .init(name: text(), deviations: figure()) }
        result.lastSeen = coin() ? nil : coin() ? .min : 1_700_000_000_123
        result.lastRecord = coin() ? nil : coin() ? .max : UInt64(next(1000))
        return result
    }

    mutating func line() -> MinedLine {
        MinedLine(template: next(500), text: text(), words: text(), parameters: (0..<next(4)).map { _ in text() })
    }

    mutating func session() -> AssignmentRecord.Session {
        let origin = RecordOrigin(source: TopicPartition(topic: "t", partition: 0), offset: 1, timestamp: nil)
        var session = OpenSession(window: 0, time: coin() ? .min : 17, origin: origin)
        for _ in 0..<next(9) { session.add(next(200), time: 1_700_000_000_123, origin: origin, sequence: 5) }
        var result = AssignmentRecord.Session(
            ClosedSession(key: Array(text().utf8), session: session, reason: coin() ? .window : .room),
            templates: nil,
            redaction: .builtIn
        )
        for key in result.templates.keys.sorted() where coin() { result.templates[key]?.template = text() }
        return result
    }

    mutating func entity() -> AssignmentRecord.Entity {
        var entity = AssignmentRecord.Entity(
            key: Array(text().utf8),
            previous: coin() ? nil : next(100),
            figures: [],
            options: EntityOptions(aggregates: [])
        )
        for _ in 0..<next(5) {
            entity.features["f\(next(30))"] = coin() ? .some(nil) : AssignmentRecord.rounded(figure())
        }
        return entity
    }
}

/// The same record by Foundation's encoder.
private struct ReferenceRecord: Encodable {
    let published: AssignmentRecord

    init(_ record: AssignmentRecord) { published = record }

    struct RunnerUp: Encodable {
        var cluster: Int
        var distance: Double?
    }

    struct Source: Encodable {
        var record: Record

        enum CodingKeys: CodingKey { case topic, partition, offset, timestamp }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(record.source.topic, forKey: .topic)
            try container.encode(record.source.partition, forKey: .partition)
            try container.encode(record.offset, forKey: .offset)
            try container.encode(record.timestamp, forKey: .timestamp)
        }
    }

    struct Explain: Encodable {
        struct Field: Encodable {
            var name: String
            var deviations: Double?
        }

        var deviations: Double?
        var terms: [String]
        var fields: [Field]
        var lastSeen: Int64?
        var lastRecord: UInt64?

        enum CodingKeys: String, CodingKey {
            case deviations, terms, fields, lastSeen = "last_seen", lastRecord = "last_record"
        }

        init(_ explanation: Explanation) {
            deviations = explanation.deviations.flatMap(AssignmentRecord.rounded)
            terms = explanation.terms
            fields = explanation.fields.map {
                Field(name: $0.name, deviations: AssignmentRecord.rounded($0.deviations))
            }
            lastSeen = explanation.lastSeen
            lastRecord = explanation.lastRecord
        }
    }

    enum CodingKeys: String, CodingKey {
        case text, cluster, label, distance, runnerUp = "runner_up", score, tail, anomaly, reason, explain, model
        case source
        case entity, previous, features
        case template, templateID = "template_id", parameters
        case session, start, end, events, closed, sequence, templates
    }

    struct Event: Encodable {
        var count: Int
        var template: String?
    }

    func encode(to encoder: any Encoder) throws {
        func rounded(_ value: Float?) -> Double? { value.flatMap { AssignmentRecord.rounded(Double($0)) } }
        let assignment = published.assignment
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(published.text, forKey: .text)
        if let entity = published.entity {
            try container.encode(entity.name, forKey: .entity)
            try container.encode(entity.previous, forKey: .previous)
            try container.encode(entity.features, forKey: .features)
        }
        if let line = published.line {
            try container.encode(line.text, forKey: .template)
            try container.encode(line.template, forKey: .templateID)
            try container.encode(line.parameters, forKey: .parameters)
        }
        if let session = published.session {
            try container.encode(session.name, forKey: .session)
            try container.encode(session.start, forKey: .start)
            try container.encode(session.end, forKey: .end)
            try container.encode(session.events, forKey: .events)
            try container.encode(session.closed, forKey: .closed)
            try container.encode(session.sequence, forKey: .sequence)
            try container.encode(
                session.templates.mapValues { Event(count: $0.count, template: $0.template) },
                forKey: .templates
            )
        }
        try container.encode(assignment.cluster, forKey: .cluster)
        try container.encode(assignment.cluster == nil ? nil : assignment.label, forKey: .label)
        try container.encode(rounded(assignment.distance), forKey: .distance)
        try container.encode(
            assignment.runnerUp.map { RunnerUp(cluster: $0.cluster, distance: rounded($0.distance)) },
            forKey: .runnerUp
        )
        try container.encode(rounded(assignment.score), forKey: .score)
        try container.encode(assignment.tail.flatMap(AssignmentRecord.rounded), forKey: .tail)
        try container.encode(assignment.anomaly, forKey: .anomaly)
        try container.encode(assignment.reason?.rawValue, forKey: .reason)
        try container.encodeIfPresent(assignment.explanation.map(Explain.init), forKey: .explain)
        try container.encode(assignment.version, forKey: .model)
        try container.encode(Source(record: published.record), forKey: .source)
    }
}
