import Embedding
import Streams

/// What becomes of a record that cannot be embedded.
public enum RejectionPolicy: String, Sendable, CaseIterable {
    /// It goes to the dead-letter topic, in the same transaction.
    case deadLetter = "dead_letter"
    /// It is counted and passed over.
    case skip
    /// The pipeline stops in front of it.
    case stop
}

/// Builds dead-letter records: the original key and bytes, and in headers why and where from.
struct DeadLetter: Sendable {
    /// A broker's default ceiling on a message is 1 MiB; what is longer is cut here, and its full size is in a header.
    static let maximumBytes = 900 << 10

    var topic: String

    func record(for record: Record, rejection: InputRejection) -> OutgoingRecord {
        var headers = record.headers
        headers += [
            Header("error-code", rejection.code.rawValue),
            Header("error-message", rejection.message),
        ]
        headers += SourceHeaders.headers(for: record)
        var value = record.value
        if let whole = value, whole.count > Self.maximumBytes {
            value = Array(whole.prefix(Self.maximumBytes))
            headers.append(Header("original-size", String(whole.count)))
        }
        return OutgoingRecord(
            topic: topic,
            timestamp: record.timestamp,
            key: record.key,
            value: value,
            headers: headers
        )
    }
}

/// The headers that carry a record's input coordinates.
enum SourceHeaders {
    static func headers(for record: Record) -> [Header] {
        [
            Header("source-topic", record.source.topic),
            Header("source-partition", String(record.source.partition)),
            Header("source-offset", String(record.offset)),
        ]
    }
}
