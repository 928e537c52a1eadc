import Clustering
import Foundation
import Streams
import Templates

/// An assignment as it is published: one JSON object per input record.
///
/// Keys are sorted, so that the same assignment always has the same bytes. Absent values are written as null: a consumer
/// finds the same keys in every record.
struct AssignmentRecord: Sendable {
    /// What is said of an entity beside its cluster.
    struct Entity: Sendable {
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

    /// What is said of a session beside its cluster: the sequence of its events, as a record of its own.
    struct Session: Sendable {
        /// Its key as text; a key that is not UTF-8 is written in base64.
        var name: String
        var start: Int64
        var end: Int64
        /// How many events.
        var events: Int
        /// Why it ended.
        var closed: String
        /// The templates' ids in the order of the events, up to a ceiling.
        var sequence: [Int]
        /// How often each happened, and what it says, by the template's id.
        var templates: [String: Event]

        struct Event: Sendable {
            var count: Int
            var template: String?
        }

        init(_ closed: ClosedSession, templates: TemplateBook?, redaction: Redaction) {
            let session = closed.session
            name = Entity.name(of: closed.key)
            (start, end, events) = (session.first, session.last, session.events)
            self.closed = closed.reason.rawValue
            sequence = session.sequence
            self.templates = Dictionary(
                session.counts.map { id, count in
                    let text = templates?.template(id)?.text
                    return (String(id), Event(count: count, template: text.map { redaction.kept($0, limit: 500) }))
                },
                uniquingKeysWith: { first, _ in first }
            )
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
    /// What else the record says, as the bytes of a JSON object.
    var context: [UInt8]?
    /// The session, where sessions are clustered.
    var session: Session?

    /// The bytes of the object (UTF-8), as Foundation's `JSONEncoder` would write them with sorted keys and slashes left
    /// as they are; it took most of the publisher's time.
    func encoded() -> [UInt8] {
        var writer = JSONObjectWriter(capacity: 320 + (text?.utf8.count ?? 0))
        writer.key("anomaly", opens: true)
        writer.write(assignment.anomaly)
        if let session {
            writer.key("closed")
            writer.write(session.closed)
        }
        writer.key("cluster")
        writer.write(assignment.cluster)
        if let context {
            writer.key("context")
            writer.write(json: context)
        }
        writer.key("distance")
        writer.write(Self.rounded(assignment.distance))
        if let session {
            writer.key("end")
            writer.write(session.end)
        }
        if let entity {
            writer.key("entity")
            writer.write(entity.name)
        }
        if let session {
            writer.key("events")
            writer.write(session.events)
        }
        // There for anomalies alone.
        if let explanation = assignment.explanation { write(explanation, to: &writer) }
        if let entity { write(entity.features, to: &writer) }
        writer.key("label")
        writer.write(assignment.cluster == nil ? nil : assignment.label)
        writer.key("model")
        writer.write(assignment.version)
        if let line {
            writer.key("parameters")
            writer.write(line.parameters)
        }
        if let entity {
            writer.key("previous")
            writer.write(entity.previous)
        }
        writer.key("reason")
        writer.write(assignment.reason?.rawValue)
        writer.key("runner_up")
        if let runnerUp = assignment.runnerUp { write(runnerUp, to: &writer) } else { writer.writeNull() }
        writer.key("score")
        writer.write(Self.rounded(assignment.score))
        if let session {
            writer.key("sequence")
            writer.write(session.sequence) { event, writer in writer.write(event) }
            writer.key("session")
            writer.write(session.name)
        }
        writer.key("source")
        writeSource(to: &writer)
        if let session {
            writer.key("start")
            writer.write(session.start)
        }
        writer.key("tail")
        writer.write(assignment.tail.flatMap(Self.rounded))
        if let line {
            writer.key("template")
            writer.write(line.text)
            writer.key("template_id")
            writer.write(line.template)
        }
        if let session { write(session.templates, to: &writer) }
        if let text {
            writer.key("text")
            writer.write(text)
        }
        writer.close()
        return writer.bytes
    }

    private func write(_ explanation: Explanation, to writer: inout JSONObjectWriter) {
        writer.key("explain")
        writer.open()
        // Unlike the record's own members, absent ones are left out.
        let deviations = explanation.deviations.flatMap(Self.rounded)
        if let deviations {
            writer.key("deviations", isFirst: true)
            writer.write(deviations)
        }
        writer.key("fields", isFirst: deviations == nil)
        writer.write(explanation.fields) { field, writer in
            writer.open()
            let deviations = Self.rounded(field.deviations)
            if let deviations {
                writer.key("deviations", isFirst: true)
                writer.write(deviations)
            }
            writer.key("name", isFirst: deviations == nil)
            writer.write(field.name)
            writer.close()
        }
        if let record = explanation.lastRecord {
            writer.key("last_record")
            writer.write(record)
        }
        if let time = explanation.lastSeen {
            writer.key("last_seen")
            writer.write(time)
        }
        writer.key("terms")
        writer.write(explanation.terms)
        writer.close()
    }

    private func write(_ features: [String: Double?], to writer: inout JSONObjectWriter) {
        writer.key("features")
        writer.open()
        for (place, feature) in features.sorted(by: { $0.key < $1.key }).enumerated() {
            writer.key(named: feature.key, isFirst: place == 0)
            writer.write(feature.value)
        }
        writer.close()
    }

    private func write(_ templates: [String: Session.Event], to writer: inout JSONObjectWriter) {
        writer.key("templates")
        writer.open()
        for (place, event) in templates.sorted(by: { $0.key < $1.key }).enumerated() {
            writer.key(named: event.key, isFirst: place == 0)
            writer.key("count", opens: true)
            writer.write(event.value.count)
            if let template = event.value.template {
                writer.key("template")
                writer.write(template)
            }
            writer.close()
        }
        writer.close()
    }

    private func write(_ runnerUp: Assignment.RunnerUp, to writer: inout JSONObjectWriter) {
        writer.key("cluster", opens: true)
        writer.write(runnerUp.cluster)
        // Unlike the record's own, an absent one is left out.
        if let distance = Self.rounded(runnerUp.distance) {
            writer.key("distance")
            writer.write(distance)
        }
        writer.close()
    }

    private func writeSource(to writer: inout JSONObjectWriter) {
        writer.key("offset", opens: true)
        writer.write(record.offset)
        writer.key("partition")
        writer.write(record.source.partition)
        writer.key("timestamp")
        writer.write(record.timestamp)
        writer.key("topic")
        writer.write(record.source.topic)
        writer.close()
    }

    private static func rounded(_ value: Float?) -> Double? { value.flatMap { rounded(Double($0)) } }

    /// Five significant digits: more would be noise of 32-bit arithmetic. Nil where JSON has no number for it.
    static func rounded(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        guard value != 0 else { return 0 }
        // Dividing by a power of ten, and not multiplying by its inverse, prints as the shortest decimal.
        let exponent = 4 - Int(log10(abs(value)).rounded(.down))
        guard exponent >= 0 else { return value.rounded() }
        let scale = powers.indices.contains(exponent) ? powers[exponent] : pow(10, Double(min(exponent, 300)))
        return (value * scale).rounded() / scale
    }

    /// The powers of ten that 64-bit floats hold exactly.
    private static let powers = (0...22).map { pow(10, Double($0)) }
}
