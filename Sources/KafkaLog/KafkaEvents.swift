public import Streams

/// Something that librdkafka reports on its own account.
public enum KafkaEvent: Sendable {
    /// A log line. `level` is syslog's (0 emergency … 7 debug), `facility` librdkafka's short code such as `FAIL`.
    case log(level: Int, facility: String, message: String, client: String)
    /// An error that concerns no single call, such as a broker that went away; librdkafka goes on trying unless the
    /// class says otherwise.
    case error(StreamError, client: String)
    /// The statistics document (JSON, see librdkafka's STATISTICS.md), every `statistics.interval.ms`.
    case statistics(String, client: String)
}

/// Where a ``KafkaRecordLog`` sends its events.
public protocol KafkaEventSink: Sendable {
    /// Called in order on a serial queue of the log's own, never on a thread of librdkafka: it may take its time,
    /// and it may call the log.
    func receive(_ event: KafkaEvent)
}

/// A sink that drops everything.
public struct NoEvents: KafkaEventSink {
    /// The only one.
    public init() {}

    /// Drops the event.
    public func receive(_ event: KafkaEvent) {}
}
