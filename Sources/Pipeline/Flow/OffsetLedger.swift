import Streams

/// How far each partition has been dealt with: what the open transaction will commit, and what was committed last.
///
/// Records of a partition are published in order, so one number per partition says it all: everything below it is
/// done. A value; the worker owns it.
struct OffsetLedger: Sendable, Equatable {
    /// Covered by the last commit.
    private(set) var committed: Offsets = [:]
    /// Covered by the open transaction, beyond ``committed``.
    private(set) var pending: Offsets = [:]
    /// Partitions that a commit of ours has moved.
    private var moved: Set<TopicPartition> = []

    init(committed: Offsets = [:]) { self.committed = committed }

    /// A record has been dealt with.
    mutating func advance(past record: Record) { pending[record.source] = record.offset + 1 }

    /// Reading of a partition starts here; but an answer that is older than a commit of ours does not take it back. The
    /// group may have been asked while that commit was on its way.
    mutating func start(_ offsets: Offsets) {
        for (partition, offset) in offsets {
            if moved.contains(partition), let done = committed[partition], done > offset { continue }
            committed[partition] = offset
        }
    }

    /// The open transaction was committed.
    mutating func commit() {
        committed.merge(pending) { $1 }
        moved.formUnion(pending.keys)
        pending = [:]
    }

    /// The open transaction was aborted; reading goes on at ``committed``.
    mutating func abort() { pending = [:] }

    /// What a model written now covers.
    var covered: Offsets { committed.merging(pending) { $1 } }
}
