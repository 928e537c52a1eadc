import Foundation
import Pipeline
import Streams
import Synchronization

/// A labelled file as a log: its rows are the records, and what is published about them is kept in memory.
final class LabelledLog: RecordLog {
    /// A row's truth.
    struct Truth: Sendable {
        var label: String?
        var isAnomaly: Bool?
        /// The line of the file that it is written on.
        var line = 0
        /// Which cell cannot be used, where that is known already.
        var fault: String?
    }

    static let topic = "rows"

    private let reader: Mutex<TabularReader>
    private let columns: EvaluationColumns
    private let truths = Mutex<[Truth]>([])
    private let published = Mutex<[OutgoingRecord]>([])
    /// Where rows are events of sessions.
    private let sessions: Mutex<SessionTruth>?

    init(reader: sending TabularReader, columns: EvaluationColumns, sessions: SessionOptions? = nil) {
        self.reader = Mutex(reader)
        self.columns = columns
        self.sessions = sessions.map { Mutex(SessionTruth(options: $0)) }
    }

    /// What is known of sessions; nil where rows are judged.
    var sessionTruth: SessionTruth? { sessions?.withLock { $0 } }

    /// The truth of each record, by offset.
    var truth: [Truth] { truths.withLock { $0 } }
    /// Everything that was written.
    var output: [OutgoingRecord] { published.withLock { $0 } }

    func makeConsumer(group: String) -> any RecordConsumer { RowConsumer(log: self) }
    func makeProducer(transactionalID: String?) -> any RecordProducer { Collector(log: self) }
    func readAll(topic: String, _ body: (Record) throws -> Void) throws {}
    func partitionCounts(of topics: [String]) -> [String: Int] { [Self.topic: 1] }
    func createMissing(_ topics: [TopicDefinition]) {}

    fileprivate func collect(_ record: OutgoingRecord) { published.withLock { $0.append(record) } }

    fileprivate func rows(_ maximum: Int) throws(StreamError) -> Polled {
        var records: [Record] = []
        let columns = columns
        while records.count < maximum {
            guard let row = try reader.withLock({ reader throws(StreamError) in try reader.next() }) else {
                return Polled(records: records, finished: true)
            }
            let truth = columns.truth(of: row)
            let offset = truths.withLock { truths in
                truths.append(truth)
                return Int64(truths.count - 1)
            }
            let record = columns.record(of: row, offset: offset)
            sessions?.withLock { $0.note(record, truth) }
            records.append(record)
        }
        return Polled(records: records)
    }
}

private final class RowConsumer: RecordConsumer {
    private let log: LabelledLog
    private let partition = TopicPartition(topic: LabelledLog.topic, partition: 0)

    init(log: LabelledLog) { self.log = log }

    func subscribe(to topics: [String], listener: any RebalanceListener) throws(StreamError) {
        _ = listener.assigned([partition], committed: [:])
    }

    func poll(maximum: Int, maximumBytes: Int, timeout: Duration) throws(StreamError) -> Polled {
        try log.rows(maximum)
    }

    func pause() {}
    func resume() {}

    func seek(to offsets: Offsets) throws(StreamError) {
        throw StreamError(.fatal, code: "no_seek", "a labelled file cannot be read again from the middle")
    }

    func commit(_ offsets: Offsets) {}
    func endOffsets() -> Offsets { [:] }
    func close() {}
}

private final class Collector: RecordProducer {
    private let log: LabelledLog

    init(log: LabelledLog) { self.log = log }

    func initializeTransactions() {}
    func begin() {}
    func send(_ record: OutgoingRecord) { log.collect(record) }
    func sendOffsets(_ offsets: Offsets, of consumer: any RecordConsumer) {}
    func commit() {}
    func abort() {}
    func flush() {}
    func close() {}
}
