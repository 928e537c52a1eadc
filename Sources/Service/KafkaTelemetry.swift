import KafkaLog
import Logging
import Streams
import Telemetry

/// Takes what the Kafka client reports to the log and the metrics.
struct KafkaTelemetry: KafkaEventSink {
    var sink: EventSink

    func receive(_ event: KafkaEvent) {
        switch event {
        case .log(let level, let facility, let message, let client):
            sink.logger.log(
                level: Self.level(level),
                "\(message)",
                metadata: ["facility": "\(facility)", "client": "\(client)"]
            )
        case .error(let error, _):
            let transient = error.kind == .retriable || error.kind == .unreachable
            sink.emit(BrokerFailed(code: error.code, message: error.message, transient: transient))
        case .statistics:
            break
        }
    }

    /// librdkafka uses syslog's severities.
    private static func level(_ severity: Int) -> Logger.Level {
        switch severity {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    }
}
