/// Alarms of one cluster that follow each other, told as one thing.
public struct Incident: Sendable, Equatable, Codable {
    /// One of its records.
    public struct Example: Sendable, Equatable, Codable {
        /// The text, redacted and cut at the configured length; nil where records have none.
        public var text: String?
        /// Its anomaly score.
        public var score: Float
        /// Its number in the stream, counting from 0.
        public var record: UInt64
        /// Its time in milliseconds since 1970, where records have times.
        public var timestamp: Int64?
    }

    /// The cluster that is nearest to the flagged records.
    public let cluster: Int
    /// Its label when the last of them came.
    public internal(set) var label: String
    /// Why the first of them was flagged.
    public let reason: Assignment.Reason
    /// The first record and the last one so far: number, score, text and time.
    public let first: Example
    /// See ``first``.
    public internal(set) var last: Example
    /// How many records were flagged.
    public internal(set) var count: Int
    /// The largest score of any.
    public internal(set) var largestScore: Float
    /// Some of the records, the first ones.
    public internal(set) var examples: [Example]

    private enum CodingKeys: String, CodingKey {
        case cluster, label, reason, first, last, count
        case largestScore = "largest_score"
        case examples
    }
}

/// What is told of an incident: that it began, that it has grown tenfold, that it is over.
public struct IncidentEvent: Sendable, Equatable, Codable {
    /// How far it has come.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// The first alarm.
        case opened
        /// Ten, a hundred, a thousand, ... alarms.
        case growing
        /// No alarm for the quiet time.
        case closed
    }

    /// How far it has come.
    public var state: State
    /// The incident as it stands.
    public var incident: Incident
    /// The version of the model that says so.
    public var version: UInt64
}

/// A flagged record, as its incident needs it.
struct Alarm: Sendable, Equatable, Codable {
    let cluster: Int
    let reason: Assignment.Reason
    var example: Incident.Example
}
