import CRdKafka
import Streams

/// Reads partitions of a topic once, read committed, outside any group.
///
/// A partition is done when librdkafka reports its end or when the end it had at the start was reached: the last
/// offsets may be control markers, for which no record ever comes, so offsets alone would be waited for in vain.
struct TopicReader {
    private let client: ClientHandle
    private let interruption: Interruption
    private let patience: Duration
    private let topic: String
    private let partitions: [Int32]

    init(log: KafkaRecordLog, topic: String, partitions: [Int32]) throws(StreamError) {
        self.topic = topic
        self.partitions = partitions
        interruption = log.interruption
        patience = log.options.startDeadline
        client = try ClientHandle(
            RD_KAFKA_CONSUMER,
            try log.options.configuration(for: .reader),
            context: ClientContext(name: "reader of \(topic)", sink: log.sink, queue: log.queue),
            closeDeadline: log.options.closeDeadline
        )
    }

    func read(_ body: (Record) throws -> Void) throws {
        defer { client.destroy() }
        var (open, start) = try bounds()
        guard !open.isEmpty else { return }
        try assign(start)
        var reader = MessageReader()
        var deadline = ContinuousClock.now + patience
        while !open.isEmpty {
            let step = try client.use { client throws(StreamError) in try self.step(client, &reader) }
            switch step {
            case .nothing:
                guard !interruption.isRequested else { throw failure("_INTR", "interrupted", .retriable) }
                if let problem = client.context.problem, problem.kind == .unauthorised { throw problem }
                guard ContinuousClock.now < deadline else {
                    let reason = client.context.problem?.message ?? "nothing came for \(patience.components.seconds) s"
                    throw failure("_TIMED_OUT", reason, .unreachable)
                }
                continue
            case .end(let partition): open[partition] = nil
            case .record(let record):
                guard let end = open[record.source] else { break }
                if record.offset < end { try body(record) }
                if record.offset + 1 >= end { open[record.source] = nil }
            }
            deadline = ContinuousClock.now + patience
        }
        try assign([:])
    }

    private enum Step {
        case nothing
        case record(Record)
        case end(TopicPartition)
    }

    private func step(_ client: OpaquePointer, _ reader: inout MessageReader) throws(StreamError) -> Step {
        guard let message = rd_kafka_consumer_poll(client, 100) else { return .nothing }
        defer { rd_kafka_message_destroy(message) }
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return .record(reader.record(of: message))
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: return .end(reader.source(of: message))
        default:
            let error = KafkaErrors.make(message.pointee.err, "cannot read topic \(topic)")
            if error.kind == .retriable || error.kind == .unreachable { return .nothing }
            throw error
        }
    }

    /// The partitions that hold something: where they end and where they begin.
    private func bounds() throws(StreamError) -> (ends: Offsets, starts: Offsets) {
        var ends: Offsets = [:]
        var starts: Offsets = [:]
        let deadline = ContinuousClock.now + patience
        for number in partitions {
            let partition = TopicPartition(topic: topic, partition: number)
            let (low, high) = try watermarks(of: partition, until: deadline)
            guard high > low else { continue }
            ends[partition] = high
            starts[partition] = low
        }
        return (ends, starts)
    }

    private func watermarks(
        of partition: TopicPartition,
        until deadline: ContinuousClock.Instant
    ) throws(StreamError) -> (Int64, Int64) {
        try client.use { client throws(StreamError) in
            while true {
                var low: Int64 = -1
                var high: Int64 = -1
                let code = rd_kafka_query_watermark_offsets(
                    client,
                    partition.topic,
                    partition.partition,
                    &low,
                    &high,
                    2000
                )
                if code == RD_KAFKA_RESP_ERR_NO_ERROR { return (low, high) }
                let error = KafkaErrors.make(code, "cannot ask for the end of \(partition)")
                guard error.kind == .retriable || error.kind == .unreachable else { throw error }
                guard !self.interruption.isRequested else { throw self.failure("_INTR", "interrupted", .retriable) }
                guard ContinuousClock.now < deadline else {
                    throw self.failure(error.code, error.message, .unreachable)
                }
            }
        }
    }

    private func assign(_ starts: Offsets) throws(StreamError) {
        let list = PartitionListHandle(starts)
        try client.use { client throws(StreamError) in
            rd_kafka_poll_set_consumer(client)
            let code = rd_kafka_assign(client, starts.isEmpty ? nil : list.pointer)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaErrors.make(code, "cannot read topic \(self.topic)") }
        }
    }

    private func failure(_ code: String, _ reason: String, _ kind: StreamError.Class) -> StreamError {
        StreamError(kind, code: code, "cannot read topic \(topic): \(reason)")
    }
}
