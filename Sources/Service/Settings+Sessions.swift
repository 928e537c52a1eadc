import Pipeline
import Settings

extension Settings {
    /// How records are grouped into sessions; nil where they are not.
    var sessionOptions: SessionOptions? {
        guard space.kind == .session else { return nil }
        var options = SessionOptions()
        options.key =
            session.field.map { .field(Self.path($0)) } ?? session.pattern.map(SessionOptions.Key.pattern) ?? .record
        options.time = Self.path(session.time)
        let size = Self.milliseconds(session.size)
        options.window =
            switch session.window {
            case .gap: .gap(size)
            case .tumbling: .tumbling(size)
            case .sliding: .sliding(size: size, every: Self.milliseconds(session.every))
            }
        options.lateness = Self.milliseconds(session.lateness)
        options.capacity = session.capacity
        options.maximumEvents = session.maximumEvents
        options.sequence = session.sequence
        return options
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { Int64((duration.inSeconds * 1000).rounded()) }
}
