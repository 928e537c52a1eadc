import CRdKafka
import Streams

/// Turns librdkafka's errors into ``StreamError``.
enum KafkaErrors {
    /// The flags that librdkafka's transactional calls put on an error.
    struct Flags: OptionSet {
        let rawValue: Int
        static let retriable = Flags(rawValue: 1)
        static let abortable = Flags(rawValue: 2)
        static let fatal = Flags(rawValue: 4)
    }

    /// The class of an error code.
    ///
    /// Refused credentials, refused configuration and a successor come first: librdkafka calls some of them abortable,
    /// but an abort would only meet them again. Then the flags decide, as librdkafka's header asks. A code without
    /// flags is what the lists below say, or fatal.
    static func classify(_ code: rd_kafka_resp_err_t, _ flags: Flags = []) -> StreamError.Class {
        if unauthorised.contains(code.rawValue) { return .unauthorised }
        if misconfigured.contains(code.rawValue) { return .misconfigured }
        if fenced.contains(code.rawValue) { return .fenced }
        // KIP-360: the same code is abortable where a new epoch mends it.
        let isEpoch = code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH
        if flags.contains(.fatal) { return isEpoch ? .fenced : .fatal }
        if flags.contains(.abortable) { return .abortable }
        if flags.contains(.retriable) { return .retriable }
        if isEpoch { return .fenced }
        if retriable.contains(code.rawValue) { return .retriable }
        if stale.contains(code.rawValue) { return .abortable }
        if unreachable.contains(code.rawValue) { return .unreachable }
        return .fatal
    }

    /// The name without its prefix, such as `_TIMED_OUT`.
    static func name(_ code: rd_kafka_resp_err_t) -> String {
        rd_kafka_err2name(code).map { String(cString: $0) } ?? "\(code.rawValue)"
    }

    /// librdkafka's sentence for a code.
    static func text(_ code: rd_kafka_resp_err_t) -> String {
        rd_kafka_err2str(code).map { String(cString: $0) } ?? name(code)
    }

    /// The code of a name, such as `NOT_COORDINATOR`; nil where librdkafka knows none.
    static func code(named name: String) -> rd_kafka_resp_err_t? {
        var descriptions: UnsafePointer<rd_kafka_err_desc>?
        var count = 0
        rd_kafka_get_err_descs(&descriptions, &count)
        let table = UnsafeBufferPointer(start: descriptions, count: count)
        return table.first { $0.name.map { String(cString: $0) } == name }?.code
    }

    /// An error from a bare code.
    static func make(_ code: rd_kafka_resp_err_t, _ doing: String, detail: String? = nil) -> StreamError {
        StreamError(classify(code), code: name(code), "\(doing): \(detail ?? text(code))")
    }

    /// An error from an error object, which is destroyed.
    static func take(_ error: OpaquePointer, _ doing: String) -> StreamError {
        defer { rd_kafka_error_destroy(error) }
        let code = rd_kafka_error_code(error)
        var flags: Flags = []
        if rd_kafka_error_is_retriable(error) != 0 { flags.insert(.retriable) }
        if rd_kafka_error_txn_requires_abort(error) != 0 { flags.insert(.abortable) }
        if rd_kafka_error_is_fatal(error) != 0 { flags.insert(.fatal) }
        let detail = rd_kafka_error_string(error).map { String(cString: $0) } ?? text(code)
        return StreamError(classify(code, flags), code: name(code), "\(doing): \(detail)")
    }

    /// The fatal error of a client, or nil while it is well.
    static func fatal(of client: OpaquePointer, _ doing: String) -> StreamError? {
        var buffer = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client, &buffer, buffer.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let detail = buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        return StreamError(classify(code, .fatal), code: name(code), "\(doing): \(detail)")
    }

    private static func set(_ codes: rd_kafka_resp_err_t...) -> Set<Int32> { Set(codes.map(\.rawValue)) }

    private static let fenced = set(
        RD_KAFKA_RESP_ERR__FENCED,
        RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        RD_KAFKA_RESP_ERR_PRODUCER_FENCED
    )

    private static let unauthorised = set(
        RD_KAFKA_RESP_ERR__AUTHENTICATION,
        RD_KAFKA_RESP_ERR__SSL,
        RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
        RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
        RD_KAFKA_RESP_ERR_SECURITY_DISABLED
    )

    private static let misconfigured = set(
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
        RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
        RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
        RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT,
        RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,
        RD_KAFKA_RESP_ERR_INVALID_GROUP_ID,
        RD_KAFKA_RESP_ERR_INVALID_CONFIG,
        RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,
        RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,
        RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
        RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
        RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
        RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED
    )

    /// What passes by itself; for calls that give no flags.
    private static let retriable = set(
        RD_KAFKA_RESP_ERR__TIMED_OUT,
        RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
        RD_KAFKA_RESP_ERR__WAIT_COORD,
        RD_KAFKA_RESP_ERR__IN_PROGRESS,
        RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS,
        RD_KAFKA_RESP_ERR__QUEUE_FULL,
        RD_KAFKA_RESP_ERR__OUTDATED,
        RD_KAFKA_RESP_ERR__WAIT_CACHE,
        RD_KAFKA_RESP_ERR__RETRY,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
        RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
        RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
        RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
        RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED
    )

    /// A membership that is no longer current: what was read under it must not be committed.
    private static let stale = set(
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
        RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
        RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
        RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED
    )

    private static let unreachable = set(
        RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR__RESOLVE
    )
}
