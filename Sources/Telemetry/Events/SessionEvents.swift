/// How many sessions are open, and what a transaction did to them.
public struct SessionsMeasured: TelemetryEvent {
    /// Sessions that are open at this instance.
    public var open: Int
    /// Sessions that ended since the last report, by why: `window`, `full`, `room`, `end`.
    public var closed: [String: Int]
    /// Events that came after their windows had ended.
    public var late: Int
    /// Records in which no key was found.
    public var withoutKey: Int

    /// Memberwise.
    public init(open: Int, closed: [String: Int], late: Int, withoutKey: Int) {
        self.open = open
        self.closed = closed
        self.late = late
        self.withoutKey = withoutKey
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.sessions, to: Double(open))
        for (reason, count) in closed { sink.metrics.increment(.sessionsClosed, by: count, ["reason": reason]) }
        sink.metrics.increment(.sessionEventsLate, by: late)
        sink.metrics.increment(.sessionEventsWithoutKey, by: withoutKey)
    }
}
