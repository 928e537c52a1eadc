import CRdKafka
import Streams

/// Owns a `rd_kafka_topic_partition_list_t`. Belongs to one thread.
///
/// A list that is not destroyed keeps its partitions alive and makes `rd_kafka_destroy` hang for ever.
final class PartitionListHandle {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// Takes a list over that librdkafka made for us.
    init(owning pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        self.pointer = pointer
    }

    /// A list of partitions without offsets.
    convenience init(_ partitions: some Sequence<TopicPartition>) {
        self.init(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    /// A list of partitions with offsets.
    convenience init(_ offsets: Offsets) {
        self.init(offsets.map { ($0.key, $0.value) })
    }

    /// A list of topics, to subscribe to.
    convenience init(topics: [String]) {
        self.init(topics.map { (TopicPartition(topic: $0, partition: -1), Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    init(_ entries: [(TopicPartition, Int64)]) {
        pointer = rd_kafka_topic_partition_list_new(Int32(entries.count))
        for (partition, offset) in entries {
            let entry = rd_kafka_topic_partition_list_add(pointer, partition.topic, partition.partition)
            entry?.pointee.offset = offset
        }
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(pointer)
    }

    /// The partitions of a list that somebody else owns.
    static func partitions(of list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        entries(of: list).map { partition(of: $0) }
    }

    /// The offsets that are set.
    var offsets: Offsets {
        var offsets: Offsets = [:]
        for entry in Self.entries(of: pointer) where entry.offset >= 0 {
            offsets[Self.partition(of: entry)] = entry.offset
        }
        return offsets
    }

    /// The first entry that holds an error.
    var failure: (partition: TopicPartition, code: rd_kafka_resp_err_t)? { Self.failure(of: pointer) }

    static func failure(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> (partition: TopicPartition, code: rd_kafka_resp_err_t)? {
        entries(of: list).first { $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }.map { (partition(of: $0), $0.err) }
    }

    private static func entries(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
    }

    private static func partition(of entry: rd_kafka_topic_partition_t) -> TopicPartition {
        TopicPartition(topic: entry.topic.map { String(cString: $0) } ?? "", partition: entry.partition)
    }
}
