import Streams

/// Reads files outside a pipeline, from their beginning.
final class WholeFiles: RebalanceListener {
    func assigned(_ partitions: [TopicPartition], committed: Offsets) -> Offsets { committed }
    func revoked(_ partitions: [TopicPartition], lost: Bool) {}
}
