/// How records are grouped into sessions, where `space.kind` is `session`.
public struct SessionSettings: Sendable, Equatable {
    /// When a session ends.
    public enum Window: String, Sendable, CaseIterable {
        /// After a time without an event.
        case gap
        /// At fixed times.
        case tumbling
        /// In windows that overlap.
        case sliding
    }

    /// The JSON field that names the session; nil takes the record's key, or what ``pattern`` finds.
    public var field: String?
    /// A regular expression that finds sessions' names in lines.
    public var pattern: String?
    /// The JSON field that holds an event's time; nil takes the record's timestamp, or the time that the line begins with.
    public var time: String?
    /// When a session ends.
    public var window = Window.gap
    /// The gap, or the windows' length.
    public var size = Duration.seconds(600)
    /// How far apart sliding windows begin.
    public var every = Duration.seconds(60)
    /// For so long more a window takes what comes late.
    public var lateness = Duration.seconds(10)
    /// Whether an event counts for more the fewer sessions have it.
    public var rarity = false
    /// Whether the order of events counts.
    public var order = false
    /// Most sessions that are open in one input partition.
    public var capacity = 100_000
    /// A session with so many events is ended.
    public var maximumEvents = 10_000
    /// So many events are published in their order.
    public var sequence = 256

    /// The defaults.
    public init() {}
}
