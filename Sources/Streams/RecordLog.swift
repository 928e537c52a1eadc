/// A log of records that can be consumed by a group and written in transactions: Kafka, or a simulation with
/// Kafka's exact semantics, or files. The pipeline knows logs by these protocols alone.
public protocol RecordLog: Sendable {
    /// A consumer of a group. Creating it does not yet join.
    func makeConsumer(group: String) throws(StreamError) -> any RecordConsumer
    /// A producer. With a transactional id it must be initialised before use; without one it is idempotent.
    func makeProducer(transactionalID: String?) throws(StreamError) -> any RecordProducer
    /// Reads a whole topic, read committed, from its beginning to the end it had when the call began.
    /// A topic that does not exist is empty. `body` is called in offset order per partition.
    func readAll(topic: String, _ body: (Record) throws -> Void) throws
    /// Reads partitions of one topic as ``readAll(topic:_:)`` reads all of them; those that do not exist are empty.
    func readAll(_ partitions: [TopicPartition], _ body: (Record) throws -> Void) throws
    /// Partition counts of the topics named that exist.
    func partitionCounts(of topics: [String]) throws(StreamError) -> [String: Int]
    /// Creates the topics that are missing; those that exist are left as they are.
    func createMissing(_ topics: [TopicDefinition]) throws(StreamError)
}

extension RecordLog {
    /// Reads the topics as a whole and passes over the other partitions.
    public func readAll(_ partitions: [TopicPartition], _ body: (Record) throws -> Void) throws {
        let wanted = Set(partitions)
        for topic in Set(partitions.map(\.topic)).sorted() {
            try readAll(topic: topic) { if wanted.contains($0.source) { try body($0) } }
        }
    }
}

/// A topic to create.
public struct TopicDefinition: Sendable, Equatable {
    /// The topic's name.
    public var name: String
    /// How many partitions.
    public var partitions: Int
    /// Whether old values of a key may be removed (`cleanup.policy=compact`).
    public var compacted: Bool

    /// Memberwise.
    public init(name: String, partitions: Int, compacted: Bool = false) {
        self.name = name
        self.partitions = partitions
        self.compacted = compacted
    }
}

/// What a consumer tells its owner about its partitions. Called on the thread that polls, inside `poll` or `close`.
public protocol RebalanceListener: AnyObject {
    /// Partitions were given. The answer holds the positions to start from; a partition that is not in it starts
    /// at the group's committed offset or, without one, where the log is configured to (the earliest record).
    func assigned(_ partitions: [TopicPartition], committed: Offsets) -> Offsets
    /// Partitions are about to be taken. Work in flight must be committed (or, if they are already `lost`, aborted)
    /// before this returns.
    func revoked(_ partitions: [TopicPartition], lost: Bool)
}

/// What one poll brought.
public struct Polled: Sendable {
    /// Records in offset order per partition.
    public var records: [Record]
    /// Whether every source is at its end for good (files, standard input; never with Kafka).
    public var finished: Bool

    /// Memberwise.
    public init(records: [Record], finished: Bool = false) {
        self.records = records
        self.finished = finished
    }
}

/// A member of a consumer group. `poll`, `pause`, `resume`, `seek` and `close` belong to one thread; `commit` and
/// `endOffsets` may be called from another.
public protocol RecordConsumer: AnyObject, Sendable {
    /// Joins the group.
    func subscribe(to topics: [String], listener: any RebalanceListener) throws(StreamError)
    /// Waits up to `timeout` for a first record, then takes what is there, up to `maximum` records or
    /// `maximumBytes` bytes of footprint (at least one record). Serves rebalances. Never returns records that were
    /// fetched before a ``seek(to:)`` of their partition, or before the partition was given up.
    func poll(maximum: Int, maximumBytes: Int, timeout: Duration) throws(StreamError) -> Polled
    /// Stops fetching; `poll` goes on serving rebalances and returns no records.
    func pause() throws(StreamError)
    /// Fetches again after ``pause()``.
    func resume() throws(StreamError)
    /// The next `poll` reads from these offsets.
    func seek(to offsets: Offsets) throws(StreamError)
    /// Commits offsets for the group, outside a transaction, and waits for the answer.
    func commit(_ offsets: Offsets) throws(StreamError)
    /// The ends (last stable offsets) of the assigned partitions as last heard of; no request is made.
    func endOffsets() -> Offsets
    /// Leaves the group within a bounded time; calls `revoked` first.
    func close()
}

/// A writer. All calls belong to one thread.
public protocol RecordProducer: AnyObject, Sendable {
    /// Whether headers are written; what writes lines has no place for them, so that they need not be made.
    var keepsHeaders: Bool { get }
    /// Registers the transactional id, waits for or aborts what an earlier holder left open, and fences it.
    func initializeTransactions() throws(StreamError)
    /// Begins a transaction.
    func begin() throws(StreamError)
    /// Hands over a record; waits while the producer's buffer is full. Without transactions, a record whose delivery
    /// fails makes the next ``flush()`` throw.
    func send(_ record: OutgoingRecord) throws(StreamError)
    /// The same with several records, in order.
    func send(_ records: [OutgoingRecord]) throws(StreamError)
    /// Adds the input's offsets, on behalf of the consumer's current membership, to the transaction.
    func sendOffsets(_ offsets: Offsets, of consumer: any RecordConsumer) throws(StreamError)
    /// Commits the transaction. Retriable errors inside are retried; what is thrown is abortable, fenced or fatal.
    func commit() throws(StreamError)
    /// Aborts the transaction.
    func abort() throws(StreamError)
    /// Waits until all records sent are delivered.
    func flush() throws(StreamError)
    /// Releases the producer within a bounded time.
    func close()
}

extension RecordProducer {
    /// Headers are written.
    public var keepsHeaders: Bool { true }

    /// One after another.
    public func send(_ records: [OutgoingRecord]) throws(StreamError) {
        for record in records { try send(record) }
    }
}
