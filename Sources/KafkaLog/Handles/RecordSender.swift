import CRdKafka
import Streams

/// Hands records to a producer. librdkafka copies them, so nothing of the record is kept.
enum RecordSender {
    /// Something to point at where a key or value is empty: a null pointer would mean Kafka's null.
    private static let empty: [UInt8] = [0]

    /// - Returns: librdkafka's verdict.
    static func send(_ record: OutgoingRecord, to client: OpaquePointer) -> (rd_kafka_resp_err_t, detail: String?) {
        record.topic.withCString { topic in
            borrow(record.key) { key in
                borrow(record.value) { value in
                    produce(record, topic: topic, key: key, value: value, client)
                }
            }
        }
    }

    private static func produce(
        _ record: OutgoingRecord,
        topic: UnsafePointer<CChar>,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        _ client: OpaquePointer
    ) -> (rd_kafka_resp_err_t, detail: String?) {
        let headers = makeHeaders(record.headers)
        // Seven at most: topic, flags, value, key, partition, timestamp, headers.
        let error = withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { units in
            var count = 0
            func add(_ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t) -> Void) {
                var unit = rd_kafka_vu_t()
                unit.vtype = type
                fill(&unit)
                units.initializeElement(at: count, to: unit)
                count += 1
            }
            func add(_ type: rd_kafka_vtype_t, _ bytes: UnsafeRawBufferPointer?) {
                guard let bytes else { return }
                add(type) { unit in
                    unit.u.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                    unit.u.mem.size = bytes.count
                }
            }
            add(RD_KAFKA_VTYPE_TOPIC) { $0.u.cstr = topic }
            add(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = RD_KAFKA_MSG_F_COPY }
            add(RD_KAFKA_VTYPE_VALUE, value)
            add(RD_KAFKA_VTYPE_KEY, key)
            if let partition = record.partition { add(RD_KAFKA_VTYPE_PARTITION) { $0.u.i32 = partition } }
            if let timestamp = record.timestamp { add(RD_KAFKA_VTYPE_TIMESTAMP) { $0.u.i64 = timestamp } }
            if let headers { add(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = headers } }
            return rd_kafka_produceva(client, units.baseAddress, count)
        }
        guard let error else { return (RD_KAFKA_RESP_ERR_NO_ERROR, nil) }
        // On success the headers are the producer's; on failure they are still ours.
        if let headers { rd_kafka_headers_destroy(headers) }
        defer { rd_kafka_error_destroy(error) }
        return (rd_kafka_error_code(error), rd_kafka_error_string(error).map { String(cString: $0) })
    }

    private static func makeHeaders(_ headers: [Header]) -> OpaquePointer? {
        guard !headers.isEmpty, let list = rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers {
            borrow(header.value) { value in
                _ = rd_kafka_header_add(list, header.name, -1, value?.baseAddress, value?.count ?? 0)
            }
        }
        return list
    }

    /// Lends bytes with a pointer that is never null; nil stays nil.
    private static func borrow<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let bytes else { return body(nil) }
        if bytes.isEmpty {
            return empty.withUnsafeBytes { body(UnsafeRawBufferPointer(start: $0.baseAddress, count: 0)) }
        }
        return bytes.withUnsafeBytes { body($0) }
    }
}
