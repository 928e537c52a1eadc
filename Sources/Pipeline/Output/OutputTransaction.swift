import Streams

/// What the output promises.
public enum Delivery: String, Sendable, CaseIterable {
    /// Assignments, model, dead letters and input offsets in one Kafka transaction.
    case exactlyOnce = "exactly_once"
    /// Offsets are committed after everything before them was delivered.
    case atLeastOnce = "at_least_once"
}

/// One unit of output: opened by the first record sent, ended by commit or abort.
///
/// The publisher's queue owns it. It hides which of the two promises is kept.
struct OutputTransaction: Sendable {
    private let log: any RecordLog
    private let delivery: Delivery
    private let transactionalID: String
    private var producer: any RecordProducer
    private(set) var isOpen = false
    /// Records sent since it was opened.
    private(set) var records = 0
    /// Whether a commit was begun and not answered: it may have been carried out.
    private(set) var outcomeIsUnknown = false
    /// When it was opened.
    private(set) var opened = ContinuousClock.now

    /// Makes the producer; under exactly once this fences an earlier holder of the id.
    init(log: any RecordLog, delivery: Delivery, transactionalID: String) throws(StreamError) {
        self.log = log
        self.delivery = delivery
        self.transactionalID = transactionalID
        producer = try Self.makeProducer(log, delivery, transactionalID)
    }

    private static func makeProducer(
        _ log: any RecordLog,
        _ delivery: Delivery,
        _ id: String
    ) throws(StreamError) -> any RecordProducer {
        let producer = try log.makeProducer(transactionalID: delivery == .exactlyOnce ? id : nil)
        if delivery == .exactlyOnce { try producer.initializeTransactions() }
        return producer
    }

    /// Whether headers of records are kept; where not, they need not be made.
    var keepsHeaders: Bool { producer.keepsHeaders }

    /// Sends a record, opening the transaction where it is not.
    mutating func send(_ record: OutgoingRecord) throws(StreamError) {
        try open()
        try producer.send(record)
        records += 1
    }

    /// Sends records in order, opening the transaction where it is not; none opens nothing.
    mutating func send(_ several: [OutgoingRecord]) throws(StreamError) {
        guard !several.isEmpty else { return }
        try open()
        try producer.send(several)
        records += several.count
    }

    /// Sees to it that what was sent can be read. A transaction's records cannot before it ends.
    func flush() throws(StreamError) {
        if delivery == .atLeastOnce { try producer.flush() }
    }

    /// Opens the transaction where it is not; offsets alone need one, too.
    mutating func open() throws(StreamError) {
        guard !isOpen else { return }
        if delivery == .exactlyOnce { try producer.begin() }
        isOpen = true
        opened = .now
    }

    /// Ends it with the offsets that it covers.
    mutating func commit(_ offsets: Offsets, of consumer: any RecordConsumer) throws(StreamError) {
        switch delivery {
        case .exactlyOnce:
            if !offsets.isEmpty { try producer.sendOffsets(offsets, of: consumer) }
            outcomeIsUnknown = true
            try producer.commit()
        case .atLeastOnce:
            try producer.flush()
            if !offsets.isEmpty { try consumer.commit(offsets) }
        }
        close()
    }

    /// Gives it up. When the producer cannot abort (a fatal error), or when the outcome of a commit is not known, a new
    /// one takes its place: that ends whatever the old one left open, one way or the other (KIP-360). At least once there is
    /// nothing to abort, and a new one always takes its place.
    ///
    /// - Returns: whether the producer was replaced; what was committed then has to be read from the log.
    mutating func abort(replacingProducer: Bool) throws(StreamError) -> Bool {
        defer { close() }
        if delivery == .atLeastOnce {
            guard isOpen else { return false }
            // What was sent stays in the log: the state to return to is what it says. What is still under way must not
            // follow it there.
            producer.close()
            producer = try Self.makeProducer(log, delivery, transactionalID)
            return true
        }
        if !replacingProducer, !outcomeIsUnknown {
            guard isOpen else { return false }
            do throws(StreamError) {
                try producer.abort()
                return false
            } catch  where error.kind != .fenced {
                // Fall through: only a new producer helps.
            }
        }
        producer.close()
        producer = try Self.makeProducer(log, delivery, transactionalID)
        return true
    }

    private mutating func close() {
        isOpen = false
        outcomeIsUnknown = false
        records = 0
    }

    /// Releases the producer.
    func release() { producer.close() }
}
