import Foundation

/// How records are grouped into sessions: by a key, within windows of time.
///
/// In this mode the session is clustered and not the record: records are lines whose templates are the session's events.
/// Sessions belong to their input partition: all records of a key must be there, as Kafka's own partitioning by key sees
/// to.
public struct SessionOptions: Sendable, Equatable {
    /// Where a record's key is.
    public enum Key: Sendable, Equatable {
        /// The record's own key.
        case record
        /// A JSON field, by its path.
        case field([String])
        /// What a regular expression finds in the line: its first group, or the whole match. A line may have several keys,
        /// such as blocks of a file system, and is an event of each.
        case pattern(String)
    }

    /// When a session ends.
    public enum Window: Sendable, Equatable {
        /// After this many milliseconds without an event.
        case gap(Int64)
        /// At fixed times, this many milliseconds apart.
        case tumbling(Int64)
        /// Windows of a size that begin every so many milliseconds, so that an event is in several.
        case sliding(size: Int64, every: Int64)
    }

    /// Where a record's key is.
    public var key = Key.record
    /// The path of the JSON field that holds the event's time; empty takes the record's timestamp or, where it has none,
    /// the time at the beginning of its line.
    public var time: [String] = []
    /// When a session ends.
    public var window = Window.gap(600_000)
    /// For so many milliseconds more a window takes what comes late.
    public var lateness: Int64 = 10_000
    /// Most sessions that are open in one input partition; the one that would end first is ended for the next.
    public var capacity = 100_000
    /// A session with so many events is ended.
    public var maximumEvents = 10_000
    /// So many events are kept in their order.
    public var sequence = 256

    /// The defaults.
    public init() {}

    /// Whether a record's value has to be read as JSON.
    var readsValue: Bool {
        if case .field = key { return true }
        return !time.isEmpty
    }
}

extension SessionOptions: PartitionTableOptions {
    static var names: (keys: String, section: String) { ("sessions", "session") }

    /// Ceilings and times can change while sessions are open; what they are cannot.
    var fingerprint: UInt64 { StableHash.of("\(key) \(time) \(window)".utf8) }
}
