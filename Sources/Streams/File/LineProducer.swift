import Foundation
import Synchronization

/// Writes the value of every record as a line to a descriptor.
///
/// Lines are buffered. Inside a transaction they are kept until its commit, so an abort drops them; outside they are
/// written when the buffer is full and on ``flush()``. Keys and headers are not written; a null value is an empty line.
public final class LineProducer: RecordProducer {
    private struct State {
        var buffer: [UInt8] = []
        /// Where the open transaction began in the buffer.
        var transactionStart: Int?
        /// The topic that was written last.
        var lastTopic: String?
    }

    /// Bytes after which lines outside a transaction are written.
    private static let bufferSize = 64 * 1024

    private let descriptor: Int32
    private let topics: Set<String>?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - descriptor: written to, never closed. The process must ignore SIGPIPE for a closed pipe to be reported
    ///     as an error instead of ending it.
    ///   - topics: the topics whose records are written; nil writes all.
    public init(descriptor: Int32, topics: Set<String>? = nil) {
        self.descriptor = descriptor
        self.topics = topics
    }

    /// Lines have no headers.
    public var keepsHeaders: Bool { false }

    /// Nothing to register with.
    public func initializeTransactions() {}

    /// Keeps lines back until ``commit()``.
    public func begin() throws(StreamError) {
        try state.withLock { state throws(StreamError) in
            guard state.transactionStart == nil else {
                throw StreamError(.fatal, code: "_STATE", "a transaction is open already")
            }
            state.transactionStart = state.buffer.count
        }
    }

    /// Buffers a line.
    public func send(_ record: OutgoingRecord) throws(StreamError) {
        try send([record])
    }

    /// Buffers lines.
    public func send(_ records: [OutgoingRecord]) throws(StreamError) {
        try state.withLock { state throws(StreamError) in
            for place in records.indices {
                // Mostly the topic of the record before, which is looked up no more.
                if state.lastTopic != records[place].topic {
                    guard topics?.contains(records[place].topic) ?? true else { continue }
                    state.lastTopic = records[place].topic
                }
                if let value = records[place].value { state.buffer += value }
                state.buffer.append(0x0a)
                if state.transactionStart == nil && state.buffer.count >= Self.bufferSize { try write(&state) }
            }
        }
    }

    /// Lines have no group to commit for.
    public func sendOffsets(_ offsets: Offsets, of consumer: any RecordConsumer) {}

    /// Writes the transaction's lines.
    public func commit() throws(StreamError) {
        try state.withLock { state throws(StreamError) in
            state.transactionStart = nil
            try write(&state)
        }
    }

    /// Drops the transaction's lines.
    public func abort() {
        state.withLock { state in
            if let start = state.transactionStart { state.buffer.removeSubrange(start...) }
            state.transactionStart = nil
        }
    }

    /// Writes what is buffered outside a transaction.
    public func flush() throws(StreamError) {
        try state.withLock { state throws(StreamError) in
            if state.transactionStart == nil { try write(&state) }
        }
    }

    /// Writes what is buffered; an open transaction is dropped.
    public func close() {
        abort()
        try? flush()
    }

    private func write(_ state: inout State) throws(StreamError) {
        var written = 0
        var failure: Int32 = 0
        state.buffer.withUnsafeBytes { bytes in
            while written < bytes.count, failure == 0, let base = bytes.baseAddress {
                let count = Foundation.write(descriptor, base + written, bytes.count - written)
                if count >= 0 {
                    written += count
                } else if errno == EAGAIN {
                    waitUntilWritable()
                } else if errno != EINTR {
                    failure = errno
                }
            }
        }
        state.buffer.removeSubrange(0..<written)
        guard failure == 0 else {
            // What could not be written would be refused again; keeping it would only grow.
            state.buffer.removeAll()
            let reason = failure == EPIPE ? "the reader of the output has gone" : posixMessage(failure)
            throw StreamError(.fatal, code: posixName(failure), "cannot write the output: \(reason)")
        }
    }

    private func waitUntilWritable() {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&request, 1, 1000)
    }
}
