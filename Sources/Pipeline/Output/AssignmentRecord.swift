import Clustering
import Foundation
import Streams

/// An assignment as it is published: one JSON object per input record.
///
/// Keys are sorted, so that the same assignment always has the same bytes.
struct AssignmentRecord: Encodable {
    struct RunnerUp: Encodable {
        var cluster: Int
        var distance: Double?
    }

    struct Source: Encodable {
        var topic: String
        var partition: Int32
        var offset: Int64
        var timestamp: Int64?

        enum CodingKeys: CodingKey { case topic, partition, offset, timestamp }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(topic, forKey: .topic)
            try container.encode(partition, forKey: .partition)
            try container.encode(offset, forKey: .offset)
            try container.encode(timestamp, forKey: .timestamp)
        }
    }

    /// What is said of an entity beside its cluster.
    struct Entity: Encodable {
        /// Its name as text; a name that is not UTF-8 is written in base64.
        var name: String
        /// The cluster that was published of it before.
        var previous: Int?
        /// The figures that it was judged by; null where there is no value yet.
        var features: [String: Double?]

        init(key: [UInt8], previous: Int?, figures: [Double?], options: EntityOptions) {
            name = Self.name(of: key)
            self.previous = previous
            features = Dictionary(
                zip(options.aggregates.map(\.name), figures.map { $0.flatMap(AssignmentRecord.rounded) })
            ) { first, _ in first }
        }

        static func name(of key: [UInt8]) -> String {
            String(validating: key, as: UTF8.self) ?? Data(key).base64EncodedString()
        }
    }

    /// What is odd about an anomaly.
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
            case deviations, terms, fields
            case lastSeen = "last_seen"
            case lastRecord = "last_record"
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

    let assignment: Assignment
    let record: Record
    /// The record's text, where it is asked for.
    let text: String?
    /// The entity, where entities are clustered.
    var entity: Entity?
    /// The template, where lines of logs are clustered.
    var line: MinedLine?

    enum CodingKeys: String, CodingKey {
        case text, cluster, label, distance, runnerUp = "runner_up", score, tail, anomaly, reason, explain, model,
            source
        case entity, previous, features
        case template, templateID = "template_id", parameters
    }

    func encode(to encoder: any Encoder) throws {
        // Absent values are written as null: a consumer finds the same keys in every record.
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(text, forKey: .text)
        if let entity {
            try container.encode(entity.name, forKey: .entity)
            try container.encode(entity.previous, forKey: .previous)
            try container.encode(entity.features, forKey: .features)
        }
        if let line {
            try container.encode(line.text, forKey: .template)
            try container.encode(line.template, forKey: .templateID)
            try container.encode(line.parameters, forKey: .parameters)
        }
        try container.encode(assignment.cluster, forKey: .cluster)
        try container.encode(assignment.cluster == nil ? nil : assignment.label, forKey: .label)
        try container.encode(assignment.distance.flatMap { Self.rounded(Double($0)) }, forKey: .distance)
        try container.encode(
            assignment.runnerUp.map { RunnerUp(cluster: $0.cluster, distance: Self.rounded(Double($0.distance))) },
            forKey: .runnerUp
        )
        try container.encode(assignment.score.flatMap { Self.rounded(Double($0)) }, forKey: .score)
        try container.encode(assignment.tail.flatMap(Self.rounded), forKey: .tail)
        try container.encode(assignment.anomaly, forKey: .anomaly)
        try container.encode(assignment.reason?.rawValue, forKey: .reason)
        // There for anomalies alone.
        try container.encodeIfPresent(assignment.explanation.map(Explain.init), forKey: .explain)
        try container.encode(assignment.version, forKey: .model)
        let source = Source(
            topic: record.source.topic,
            partition: record.source.partition,
            offset: record.offset,
            timestamp: record.timestamp
        )
        try container.encode(source, forKey: .source)
    }

    /// Five significant digits: more would be noise of 32-bit arithmetic. Nil where JSON has no number for it.
    static func rounded(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        guard value != 0 else { return 0 }
        // Dividing by a power of ten, and not multiplying by its inverse, prints as the shortest decimal.
        let exponent = 4 - Int(log10(abs(value)).rounded(.down))
        guard exponent >= 0 else { return value.rounded() }
        let scale = pow(10, Double(min(exponent, 300)))
        return (value * scale).rounded() / scale
    }
}

/// Encodes assignments; one per publisher.
struct AssignmentEncoder: Sendable {
    private let encoder: JSONEncoder

    init() {
        encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    func encode(
        _ assignment: Assignment,
        of record: Record,
        text: String?,
        entity: AssignmentRecord.Entity? = nil,
        line: MinedLine? = nil
    ) throws -> [UInt8] {
        let published = AssignmentRecord(
            assignment: assignment,
            record: record,
            text: text,
            entity: entity,
            line: line
        )
        return Array(try encoder.encode(published))
    }
}
