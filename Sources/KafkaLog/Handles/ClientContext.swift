import CRdKafka
import Dispatch
import Streams
import Synchronization

/// What librdkafka's callbacks find behind their opaque pointer. It outlives its client (see ``ClientHandle``).
final class ClientContext: Sendable {
    private struct State {
        /// The latest problem of the connection; explains a timeout.
        var problem: StreamError?
        /// Deliveries that failed since the last look, and the first of their errors.
        var failedDeliveries = 0
        var firstFailure: StreamError?
    }

    typealias Rebalance = (rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void

    let name: String
    private let sink: any KafkaEventSink
    private let queue: DispatchQueue
    private let state = Mutex(State())
    // Written once, before the client exists, and called by librdkafka only inside the owner's poll and close, which
    // belong to one thread.
    nonisolated(unsafe) var rebalance: Rebalance?

    init(name: String, sink: any KafkaEventSink, queue: DispatchQueue) {
        self.name = name
        self.sink = sink
        self.queue = queue
    }

    /// The connection's latest problem.
    var problem: StreamError? { state.withLock { $0.problem } }

    /// Forgets the problem, once something succeeded.
    func clearProblem() { state.withLock { $0.problem = nil } }

    /// Passes on an error that needs nobody's action.
    func report(_ error: StreamError) {
        post(.error(error, client: name))
    }

    /// Says that the client did not end in time and was left behind.
    func reportLate() {
        report(StreamError(.retriable, code: "_TIMED_OUT", "\(name) did not close in time and was left behind"))
    }

    /// Takes the count of failed deliveries and the first error.
    func takeFailures() -> (count: Int, first: StreamError)? {
        state.withLock { state in
            defer {
                state.failedDeliveries = 0
                state.firstFailure = nil
            }
            return state.firstFailure.map { (state.failedDeliveries, $0) }
        }
    }

    /// Registers the callbacks; the client's opaque pointer is this context, unretained.
    func register(on configuration: ConfigurationHandle) {
        configuration.withPointer { pointer in
            rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(self).toOpaque())
            rd_kafka_conf_set_log_cb(pointer) { client, level, facility, message in
                guard let client else { return }
                ClientContext.of(rd_kafka_opaque(client))?.log(level, facility, message)
            }
            rd_kafka_conf_set_error_cb(pointer) { client, code, reason, opaque in
                ClientContext.of(opaque)?.error(client, rd_kafka_resp_err_t(rawValue: code), reason)
            }
            rd_kafka_conf_set_stats_cb(pointer) { _, json, length, opaque in
                ClientContext.of(opaque)?.statistics(json, length)
                return 0
            }
            if rebalance != nil {
                rd_kafka_conf_set_rebalance_cb(pointer) { _, code, partitions, opaque in
                    guard let partitions else { return }
                    ClientContext.of(opaque)?.rebalance?(code, partitions)
                }
            }
        }
    }

    /// Registers the delivery report; for producers.
    func registerDeliveries(on configuration: ConfigurationHandle) {
        configuration.withPointer { pointer in
            rd_kafka_conf_set_dr_msg_cb(pointer) { _, message, opaque in
                guard let message, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
                ClientContext.of(opaque)?.deliveryFailed(message.pointee)
            }
        }
    }

    private static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }

    private func post(_ event: KafkaEvent) {
        queue.async { [sink] in sink.receive(event) }
    }

    private func log(_ level: Int32, _ facility: UnsafePointer<CChar>?, _ message: UnsafePointer<CChar>?) {
        let facility = facility.map { String(cString: $0) } ?? ""
        let message = message.map { String(cString: $0) } ?? ""
        // One set of properties serves consumers and producers; that each ignores the other's is intended.
        if facility == "CONFWARN" && message.contains("property and will be ignored by") { return }
        post(.log(level: Int(level), facility: facility, message: message, client: name))
    }

    private func error(_ client: OpaquePointer?, _ code: rd_kafka_resp_err_t, _ reason: UnsafePointer<CChar>?) {
        let detail = reason.map { String(cString: $0) }
        var error = KafkaErrors.make(code, name, detail: detail)
        if code == RD_KAFKA_RESP_ERR__FATAL, let client, let fatal = KafkaErrors.fatal(of: client, name) {
            error = fatal
        }
        state.withLock { $0.problem = error }
        post(.error(error, client: name))
    }

    private func statistics(_ json: UnsafePointer<CChar>?, _ length: Int) {
        guard let json else { return }
        let bytes = UnsafeBufferPointer(start: json, count: length)
        post(.statistics(bytes.withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }, client: name))
    }

    private func deliveryFailed(_ message: rd_kafka_message_t) {
        let topic = message.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? "?"
        let error = KafkaErrors.make(message.err, "a record could not be delivered to \(topic)")
        state.withLock { state in
            state.failedDeliveries += 1
            if state.firstFailure == nil { state.firstFailure = error }
        }
    }
}
