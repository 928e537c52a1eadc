import CRdKafka
import Streams

/// Commits offsets outside transactions and waits for the answer for a bounded time; callable from any thread.
enum OffsetCommitter {
    /// How long an answer may take.
    private static let deadlineMilliseconds: Int32 = 30_000

    static func commit(_ offsets: Offsets, client: ClientHandle) throws(StreamError) {
        guard !offsets.isEmpty else { return }
        let list = PartitionListHandle(offsets)
        try client.use { client throws(StreamError) in
            // A queue of its own: the answer does not wait for the thread that polls.
            guard let queue = rd_kafka_queue_new(client) else { return }
            defer { rd_kafka_queue_destroy(queue) }
            let code = rd_kafka_commit_queue(client, list.pointer, queue, nil, nil)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaErrors.make(code, "cannot commit offsets") }
            guard let event = rd_kafka_queue_poll(queue, deadlineMilliseconds) else {
                throw KafkaErrors.make(RD_KAFKA_RESP_ERR__TIMED_OUT, "committing offsets")
            }
            defer { rd_kafka_event_destroy(event) }
            let answer = rd_kafka_event_error(event)
            if answer != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaErrors.make(answer, "cannot commit offsets") }
            if let list = rd_kafka_event_topic_partition_list(event),
                let (partition, code) = PartitionListHandle.failure(of: list)
            {
                throw KafkaErrors.make(code, "cannot commit the offset of \(partition)")
            }
        }
    }
}
