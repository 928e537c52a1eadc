import CRdKafka
import Dispatch
import Foundation
import Streams

/// A member of a Kafka consumer group. Everything but `commit` and `endOffsets` belongs to the thread that polls.
///
/// Reads by `rd_kafka_consumer_poll` in a drain loop: the batch call of librdkafka 2.0.2 is not safe beside pause,
/// seek and rebalance. librdkafka drops by itself what was fetched before a seek or an unassignment; records that this
/// class has already collected in the same poll are dropped by the rebalance callback.
final class KafkaConsumer: RecordConsumer, @unchecked Sendable {
    // Sendable: `client` is thread-safe and is all that `commit` and `endOffsets` use; the rest belongs to the one
    // thread that polls (the contract of RecordConsumer), on which librdkafka also runs the rebalance callback.

    /// How long a partition may take until it can be sought.
    private static let seekDeadline: Duration = .seconds(2)

    let client: ClientHandle
    let group: String
    private let closeDeadline: Duration

    var listener: (any RebalanceListener)?
    private var reader = MessageReader()
    /// Collected but not yet handed out: what came while paused, or before an error in the same poll.
    var collected: [Record] = []
    var pendingError: StreamError?
    var isPaused = false
    /// Seeks that came while paused: resuming would forget them.
    var pendingSeeks: Offsets = [:]
    var assignment: [TopicPartition] = []
    private var isClosed = false

    init(
        options: KafkaOptions,
        group: String,
        sink: any KafkaEventSink,
        queue: DispatchQueue
    ) throws(StreamError) {
        self.group = group
        closeDeadline = options.closeDeadline
        let context = ClientContext(name: "consumer of group \(group)", sink: sink, queue: queue)
        let relay = Relay()
        context.rebalance = { [relay] code, partitions in relay.consumer?.rebalance(code, partitions) }
        client = try ClientHandle(
            RD_KAFKA_CONSUMER,
            try options.configuration(for: .consumer(group: group)),
            context: context,
            closeDeadline: options.closeDeadline
        )
        relay.consumer = self
        _ = try? client.use { rd_kafka_poll_set_consumer($0) }
    }

    /// Lets the context reach the consumer without keeping it alive.
    private final class Relay {
        weak var consumer: KafkaConsumer?
    }

    // MARK: Reading

    func subscribe(to topics: [String], listener: any RebalanceListener) throws(StreamError) {
        self.listener = listener
        let list = PartitionListHandle(topics: topics)
        try client.use { client throws(StreamError) in
            let code = rd_kafka_subscribe(client, list.pointer)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaErrors.make(code, "cannot subscribe to \(topics.joined(separator: ", "))")
            }
        }
    }

    func poll(maximum: Int, maximumBytes: Int, timeout: Duration) throws(StreamError) -> Polled {
        if collected.isEmpty, let error = pendingError {
            pendingError = nil
            throw error
        }
        try client.use { client throws(StreamError) in
            self.drain(client, maximum: max(1, maximum), maximumBytes: maximumBytes, timeout: timeout)
            // A fatal error is reported once, but holds for ever.
            if self.pendingError == nil {
                self.pendingError = KafkaErrors.fatal(of: client, "reading as \(self.group)")
            }
        }
        if collected.isEmpty || isPaused {
            if let error = pendingError {
                pendingError = nil
                throw error
            }
            return Polled(records: [])
        }
        return Polled(records: takeCollected(maximum: max(1, maximum), maximumBytes: maximumBytes))
    }

    private func drain(_ client: OpaquePointer, maximum: Int, maximumBytes: Int, timeout: Duration) {
        var bytes = collected.reduce(0) { $0 + $1.footprint }
        var wait = collected.isEmpty || isPaused ? timeout.milliseconds : 0
        while pendingError == nil, isPaused || (collected.count < maximum && bytes < maximumBytes) {
            // The callback of a rebalance runs inside this call and may empty `collected`.
            guard let message = rd_kafka_consumer_poll(client, Int32(clamping: wait)) else { return }
            defer { rd_kafka_message_destroy(message) }
            if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                let record = reader.record(of: message)
                if collected.isEmpty { bytes = 0 }
                bytes += record.footprint
                collected.append(record)
            } else {
                note(message, client)
            }
            wait = 0
        }
    }

    /// The collected records that fit the bounds; the rest stays for the next poll.
    private func takeCollected(maximum: Int, maximumBytes: Int) -> [Record] {
        var count = 0
        var bytes = 0
        while count < min(maximum, collected.count) {
            bytes += collected[count].footprint
            if count > 0 && bytes > maximumBytes { break }
            count += 1
        }
        let taken = Array(collected.prefix(count))
        collected.removeFirst(count)
        return taken
    }

    /// An error in the place of a message. What librdkafka goes on mending by itself is only an event.
    private func note(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ client: OpaquePointer) {
        let code = message.pointee.err
        guard code != RD_KAFKA_RESP_ERR__PARTITION_EOF else { return }
        let detail = rd_kafka_message_errstr(message).map { String(cString: $0) }
        var error = KafkaErrors.make(code, "reading as group \(group)", detail: detail)
        if let fatal = KafkaErrors.fatal(of: client, "reading as group \(group)") { error = fatal }
        switch error.kind {
        case .fatal, .fenced, .unauthorised, .misconfigured: pendingError = error
        case .retriable, .abortable, .unreachable: self.client.context.report(error)
        }
    }

    // MARK: Position

    func pause() throws(StreamError) {
        isPaused = true
        try setPaused(true)
    }

    func resume() throws(StreamError) {
        isPaused = false
        try setPaused(false)
        let seeks = pendingSeeks
        pendingSeeks = [:]
        if !seeks.isEmpty { try seek(to: seeks) }
    }

    private func setPaused(_ paused: Bool) throws(StreamError) {
        guard !assignment.isEmpty else { return }
        let list = PartitionListHandle(assignment)
        try client.use { client throws(StreamError) in
            let code =
                paused
                ? rd_kafka_pause_partitions(client, list.pointer)
                : rd_kafka_resume_partitions(client, list.pointer)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaErrors.make(code, paused ? "cannot pause" : "cannot resume")
            }
        }
    }

    func seek(to offsets: Offsets) throws(StreamError) {
        if let foreign = offsets.keys.first(where: { !assignment.contains($0) }) {
            throw StreamError(.fatal, code: "_STATE", "\(foreign) is not assigned: its position cannot move")
        }
        collected.removeAll { offsets[$0.source] != nil }
        if isPaused {
            pendingSeeks.merge(offsets) { $1 }
            return
        }
        let deadline = ContinuousClock.now + Self.seekDeadline
        while let error = try failureOfSeek(to: offsets) {
            // A partition that was assigned a moment ago may not be fetched from yet, and then cannot be moved.
            let passes = error.kind == .retriable || error.code == "_STATE"
            guard passes, ContinuousClock.now < deadline else { throw error }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    private func failureOfSeek(to offsets: Offsets) throws(StreamError) -> StreamError? {
        let list = PartitionListHandle(offsets)
        return try client.use { client throws(StreamError) in
            // Without a timeout: in 2.0.2 finite ones are a thousand times too short.
            if let error = rd_kafka_seek_partitions(client, list.pointer, -1) {
                return KafkaErrors.take(error, "cannot seek")
            }
            return list.failure.map { KafkaErrors.make($0.code, "cannot seek \($0.partition)") }
        }
    }

    /// The high watermarks that came with the last fetches: the last stable offsets, but for transactions that are
    /// open at the time.
    func endOffsets() -> Offsets {
        (try? client.use { client throws(StreamError) in
            var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
            guard rd_kafka_assignment(client, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [:] }
            let owner = PartitionListHandle(owning: list)
            var ends: Offsets = [:]
            for partition in PartitionListHandle.partitions(of: owner.pointer) {
                var low: Int64 = -1
                var high: Int64 = -1
                let code = rd_kafka_get_watermark_offsets(
                    client,
                    partition.topic,
                    partition.partition,
                    &low,
                    &high
                )
                if code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 { ends[partition] = high }
            }
            return ends
        }) ?? [:]
    }

    func commit(_ offsets: Offsets) throws(StreamError) {
        try OffsetCommitter.commit(offsets, client: client)
    }

    /// Lends the current membership, for a producer to send offsets for.
    func withGroupMetadata(
        _ body: (OpaquePointer) throws(StreamError) -> Void
    ) throws(StreamError) {
        // Fresh each time: the generation changes with every rebalance.
        let metadata = try client.use { client throws(StreamError) in rd_kafka_consumer_group_metadata(client) }
        guard let metadata else {
            throw StreamError(.fatal, code: "_UNKNOWN_GROUP", "the consumer is in no group")
        }
        defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
        try body(metadata)
    }

    // MARK: Closing

    func close() {
        guard !isClosed else { return }
        isClosed = true
        try? client.use { client throws(StreamError) in self.leave(client) }
        // Where the group could not be left in time the revocation was not heard.
        giveUp(lost: true)
        listener = nil
        if !client.destroy() { client.context.reportLate() }
    }

    /// Leaves the group, serving the revocation, within the deadline. `rd_kafka_consumer_close` itself has none.
    private func leave(_ client: OpaquePointer) {
        guard let queue = rd_kafka_queue_new(client) else { return }
        defer { rd_kafka_queue_destroy(queue) }
        if let error = rd_kafka_consumer_close_queue(client, queue) {
            rd_kafka_error_destroy(error)
            return
        }
        let deadline = ContinuousClock.now + closeDeadline
        while rd_kafka_consumer_closed(client) == 0, ContinuousClock.now < deadline {
            // What was fetched and not read comes out of this queue, too; the call that only serves callbacks
            // (`rd_kafka_queue_poll_callback`) asserts that there is none.
            if let message = rd_kafka_consume_queue(queue, 50) { rd_kafka_message_destroy(message) }
        }
    }
}
