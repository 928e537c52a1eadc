import Synchronization

/// An in-memory cluster with Kafka's exact semantics and a client of it, for tests, `pipe` and dry runs.
///
/// Partitions with offsets, transactions with control markers and last stable offset, fencing by transactional id,
/// group generations that guard offsets sent to a transaction, eager rebalances, static membership, compaction, and
/// time that moves only by ``advance(by:)``. Errors of every class can be injected before or after a call's effect.
/// All of it is guarded by one lock; any thread may call.
public final class SimulatedLog: RecordLog {
    /// What a reader sees of transactions.
    public enum Isolation: Sendable {
        /// Only committed records below the last stable offset.
        case readCommitted
        /// Everything, aborted and open transactions too.
        case readUncommitted
    }

    /// How the cluster and its clients are configured.
    public struct Options: Sendable {
        /// Partitions of a topic that is created by writing to it; 0 refuses unknown topics.
        public var partitionsOfNewTopics = 1
        /// Virtual time without a poll after which a member is dropped from its group.
        public var sessionTimeout: Duration = .seconds(30)
        /// Virtual time after which an open transaction is aborted and its producer fenced.
        public var transactionTimeout: Duration = .seconds(30)
        /// Whether a group without a committed offset starts at the end instead of the beginning.
        public var startsAtEnd = false
        /// Records a producer holds back before it delivers them; `flush`, `commit` and `sendOffsets` deliver all.
        public var producerBatch = 16
        /// The largest footprint a record may have, in bytes.
        public var maximumRecordBytes = 1_000_000

        /// The defaults.
        public init() {}
    }

    let options: Options
    let groupInstanceID: String?
    private let cluster: Shared

    /// A new, empty cluster and a client of it.
    public convenience init(_ options: Options = Options(), groupInstanceID: String? = nil) {
        self.init(options: options, groupInstanceID: groupInstanceID, cluster: Shared(options))
    }

    private init(options: Options, groupInstanceID: String?, cluster: Shared) {
        self.options = options
        self.groupInstanceID = groupInstanceID
        self.cluster = cluster
    }

    /// Another client of the same cluster, as another process would be.
    /// - Parameter groupInstanceID: makes its consumers static members (KIP-345).
    public func client(groupInstanceID: String? = nil) -> SimulatedLog {
        SimulatedLog(options: options, groupInstanceID: groupInstanceID, cluster: cluster)
    }

    // MARK: RecordLog

    /// A consumer of a group; a static member where this client has an instance id.
    public func makeConsumer(group: String) throws(StreamError) -> any RecordConsumer {
        SimulatedConsumer(log: self, group: group)
    }

    /// A producer, transactional where an id is given.
    public func makeProducer(transactionalID: String?) throws(StreamError) -> any RecordProducer {
        SimulatedProducer(log: self, transactionalID: transactionalID)
    }

    /// Reads a topic, read committed, to the last stable offsets it had at the call.
    public func readAll(topic: String, _ body: (Record) throws -> Void) throws {
        if let fault = change({ $0.faults.next(for: .readAll) }) { throw fault.error }
        for record in records(of: topic) { try body(record) }
    }

    /// Partition counts of the topics that exist.
    public func partitionCounts(of topics: [String]) -> [String: Int] {
        change { cluster in cluster.topics.filter { topics.contains($0.key) }.mapValues(\.partitions.count) }
    }

    /// Creates the topics that are missing.
    public func createMissing(_ topics: [TopicDefinition]) {
        change { cluster in for topic in topics { cluster.create(topic) } }
    }

    // MARK: Control

    /// Lets virtual time pass: sessions and transactions expire.
    public func advance(by duration: Duration) {
        change { $0.advance(by: duration) }
    }

    /// Makes calls fail from now on; faults of the same call happen in the order of injection.
    public func inject(_ fault: SimulatedFault) {
        change { $0.faults.add(fault) }
    }

    /// Forgets the faults that have not happened.
    public func clearFaults() {
        change { $0.faults.clear() }
    }

    /// Appends records outside any transaction; they are visible at once.
    /// - Throws: ``StreamError`` where the topic or partition does not exist.
    public func append(_ records: [OutgoingRecord]) throws(StreamError) {
        try attempt { cluster throws(StreamError) in
            for record in records { try cluster.append(record) }
        }
    }

    /// A topic's records, partition by partition in offset order.
    public func records(of topic: String, isolation: Isolation = .readCommitted) -> [Record] {
        change { cluster in
            let partitions = cluster.topics[topic]?.partitions ?? []
            return partitions.enumerated().flatMap { index, partition in
                partition.read(
                    from: 0,
                    limit: .max,
                    isolation: isolation,
                    maximum: .max,
                    maximumBytes: .max,
                    source: TopicPartition(topic: topic, partition: Int32(index))
                ).records
            }
        }
    }

    /// The offsets a group has committed, by transactions or directly.
    public func committed(group: String) -> Offsets {
        change { $0.groups[group]?.committed ?? [:] }
    }

    /// End offset (high watermark) and last stable offset of a partition; nil where it does not exist.
    public func ends(of partition: TopicPartition) -> (high: Int64, lastStable: Int64)? {
        change { cluster in cluster.partition(partition).map { ($0.end, $0.lastStable) } }
    }

    /// Compacts a topic as Kafka's log cleaner would: the last value of a key stays, offsets are kept.
    public func compact(_ topic: String, removingTombstones: Bool = false) {
        change { cluster in
            for index in cluster.topics[topic]?.partitions.indices ?? 0..<0 {
                cluster.topics[topic]?.partitions[index].compact(removingTombstones: removingTombstones)
            }
        }
    }

    // MARK: Access for the clients

    func change<Result: Sendable>(_ body: (inout SimulatedCluster) -> Result) -> Result {
        cluster.state.withLock { body(&$0) }
    }

    func attempt<Result: Sendable>(
        _ body: (inout SimulatedCluster) throws(StreamError) -> Result
    ) throws(StreamError) -> Result {
        try cluster.state.withLock { state throws(StreamError) in try body(&state) }
    }

    /// The one lock, shared by all clients of the cluster.
    private final class Shared: Sendable {
        let state: Mutex<SimulatedCluster>

        init(_ options: Options) {
            state = Mutex(SimulatedCluster(options: options))
        }
    }
}
