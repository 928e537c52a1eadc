public import Logging

/// Where events go: the log, the metrics, and the short list that the status page shows.
public struct EventSink: Sendable {
    /// Takes the log lines.
    public var logger: Logger
    /// Takes the counts.
    public var metrics: MetricsRegistry
    /// Takes what an operator wants to see at a glance.
    public var recent: RecentEvents

    /// Memberwise.
    public init(
        logger: Logger,
        metrics: MetricsRegistry = MetricsRegistry(),
        recent: RecentEvents = RecentEvents()
    ) {
        self.logger = logger
        self.metrics = metrics
        self.recent = recent
    }

    /// Emits an event.
    public func emit(_ event: some TelemetryEvent) {
        event.emit(to: self)
    }
}

/// Something that happened. The one place that knows its log line and its metrics.
///
/// Levels: `error` means that data is lost or an operator must act; `warning` that the daemon mended something itself;
/// `notice` and `info` that its state changed; `debug` what happens per batch; `trace` what happens per record.
public protocol TelemetryEvent: Sendable {
    /// Writes the log line and counts.
    func emit(to sink: EventSink)
}
