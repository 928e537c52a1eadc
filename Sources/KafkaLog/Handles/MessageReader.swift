import CRdKafka
import Streams

/// Copies messages into records. Names of topics are made once and kept by topic handle. Belongs to one thread.
struct MessageReader {
    private var names: [OpaquePointer: String] = [:]

    /// The record of a message without an error; the message stays the caller's.
    mutating func record(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> Record {
        let content = message.pointee
        return Record(
            source: TopicPartition(topic: topic(of: content.rkt), partition: content.partition),
            offset: content.offset,
            timestamp: Self.timestamp(of: message),
            key: Self.bytes(content.key, content.key_len),
            value: Self.bytes(content.payload, content.len),
            headers: Self.headers(of: message)
        )
    }

    /// The partition a message or an event about a partition belongs to.
    mutating func source(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> TopicPartition {
        TopicPartition(topic: topic(of: message.pointee.rkt), partition: message.pointee.partition)
    }

    private mutating func topic(of handle: OpaquePointer?) -> String {
        guard let handle else { return "" }
        if let name = names[handle] { return name }
        let name = rd_kafka_topic_name(handle).map { String(cString: $0) } ?? ""
        names[handle] = name
        return name
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }

    private static func timestamp(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(message, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || timestamp < 0 ? nil : timestamp
    }

    private static func headers(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> [Header] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [Header] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            headers.append(
                Header(
                    name.map { String(cString: $0) } ?? "",
                    value.map { Array(UnsafeRawBufferPointer(start: $0, count: size)) }
                )
            )
        }
        return headers
    }
}
