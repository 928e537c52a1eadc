import CRdKafka
import Streams

/// Owns a `rd_kafka_conf_t` until a client takes it over. Belongs to one thread.
final class ConfigurationHandle {
    private var pointer: OpaquePointer?

    init() {
        pointer = rd_kafka_conf_new()
    }

    deinit {
        if let pointer { rd_kafka_conf_destroy(pointer) }
    }

    /// Sets a property.
    /// - Throws: ``StreamError`` (`misconfigured`) with librdkafka's own words.
    func set(_ name: String, _ value: String) throws(StreamError) {
        var reason = [CChar](repeating: 0, count: 512)
        let result = rd_kafka_conf_set(pointer, name, value, &reason, reason.count)
        guard result == RD_KAFKA_CONF_OK else {
            let text = reason.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            let code = result == RD_KAFKA_CONF_UNKNOWN ? "UNKNOWN_PROPERTY" : "INVALID_PROPERTY"
            throw StreamError(.misconfigured, code: code, "the Kafka property \(name) is refused: \(text)")
        }
    }

    /// The value a property has now; nil where there is none of that name.
    func value(of name: String) -> String? {
        var size = 0
        guard rd_kafka_conf_get(pointer, name, nil, &size) == RD_KAFKA_CONF_OK, size > 0 else { return nil }
        var buffer = [CChar](repeating: 0, count: size)
        guard rd_kafka_conf_get(pointer, name, &buffer, &size) == RD_KAFKA_CONF_OK else { return nil }
        return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }

    /// A property that is a number of milliseconds.
    func duration(of name: String) -> Duration? { value(of: name).flatMap(Int.init).map { .milliseconds($0) } }

    /// Lends the pointer, to register callbacks.
    func withPointer(_ body: (OpaquePointer) -> Void) {
        if let pointer { body(pointer) }
    }

    /// Makes a client of it. On success librdkafka owns the configuration.
    func makeClient(_ type: rd_kafka_type_t) throws(StreamError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(type, pointer, &reason, reason.count) else {
            let text = reason.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            throw StreamError(
                .misconfigured,
                code: "_INVALID_ARG",
                "Kafka refuses the configuration: \(text)"
            )
        }
        pointer = nil
        return client
    }
}
