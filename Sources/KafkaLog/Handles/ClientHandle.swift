import CRdKafka
import Dispatch
import Foundation
import Streams

/// Owns a `rd_kafka_t` and its callback context. Any thread may ``use(_:)`` it; destruction waits for the users.
///
/// `rd_kafka_destroy` can hang (a frozen broker, a leaked reference), so it runs on a thread of its own and the
/// caller waits for a bounded time; a client that does not end is left behind with its context.
final class ClientHandle: Sendable {
    // librdkafka's client is thread-safe; the pointer never changes, and the lease sees to it that nobody uses it
    // once it is being destroyed.
    nonisolated(unsafe) private let pointer: OpaquePointer
    let context: ClientContext
    private let deadline: Duration
    private let lease = Lease()

    init(
        _ type: rd_kafka_type_t,
        _ configuration: ConfigurationHandle,
        context: ClientContext,
        closeDeadline: Duration
    ) throws(StreamError) {
        context.register(on: configuration)
        if type == RD_KAFKA_PRODUCER { context.registerDeliveries(on: configuration) }
        pointer = try configuration.makeClient(type)
        self.context = context
        deadline = closeDeadline
    }

    deinit {
        destroy()
    }

    /// Whether ``destroy()`` has begun.
    var isClosing: Bool { lease.isClosed }

    /// Lends the client for the time of a call.
    /// - Throws: ``StreamError`` (`fatal`, `_DESTROY`) once it is being destroyed.
    func use<Result>(_ body: (OpaquePointer) throws(StreamError) -> Result) throws(StreamError) -> Result {
        guard lease.enter() else { throw StreamError(.fatal, code: "_DESTROY", "the \(context.name) is closed") }
        defer { lease.leave() }
        return try body(pointer)
    }

    /// Destroys the client. Returns whether it ended in time; a second call does nothing.
    @discardableResult
    func destroy() -> Bool {
        guard lease.close() else { return true }
        let done = DispatchSemaphore(value: 0)
        // The thread takes the pointer over: nobody else can reach it from here on.
        nonisolated(unsafe) let pointer = pointer
        let thread = Thread { [lease, context] in
            while !lease.isIdle { Thread.sleep(forTimeInterval: 0.001) }
            rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
            withExtendedLifetime(context) {}
            done.signal()
        }
        thread.start()
        return done.wait(timeout: .now() + .milliseconds(deadline.milliseconds)) == .success
    }
}
