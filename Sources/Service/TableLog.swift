import Embedding
import Foundation
public import Settings
public import Streams
import Synchronization

/// A table or JSON lines on standard input as a log of JSON objects, a row a record; answers are lines on standard
/// output.
///
/// What is at hand is handed over at once: a poll waits for its first row alone.
public final class TableLog: RecordLog {
    static let topic = "stdin"

    private let reader: Mutex<TabularReader>
    private let columns: EvaluationColumns
    private let outputTopic: String

    /// Begins to read standard input and sets up a features space for it (see ``Settings/SpaceSettings/fields``).
    ///
    /// - Parameters:
    ///   - format: csv, tsv or json lines; nil goes by the first bytes.
    ///   - settings: changed to what the input is.
    /// - Throws: ``Exit`` where there is nothing to read, or no field to be found.
    public static func standardInput(
        format: TabularReader.Format? = nil,
        settings: inout Settings
    ) throws -> TableLog {
        let reader: TabularReader
        do throws(StreamError) {
            reader = try TabularReader(path: TabularReader.standardInput, format: format)
        } catch {
            throw Exit(.badInput, error.message)
        }
        let columns = EvaluationColumns(fieldsOf: reader)
        try settings.takeFields(from: reader, columns: columns, isPatient: false)
        return TableLog(reader: reader, columns: columns, outputTopic: settings.output.topic)
    }

    private init(reader: sending TabularReader, columns: EvaluationColumns, outputTopic: String) {
        self.reader = Mutex(reader)
        self.columns = columns
        self.outputTopic = outputTopic
    }

    /// The one topic.
    public var topics: [String] { [Self.topic] }

    /// A reader of the rows; the group's name means nothing.
    public func makeConsumer(group: String) -> any RecordConsumer { TableConsumer(log: self) }
    /// Writes lines to standard output.
    public func makeProducer(transactionalID: String?) -> any RecordProducer {
        LineProducer(descriptor: 1, topics: [outputTopic])
    }
    /// Nothing can be read twice.
    public func readAll(topic: String, _ body: (Record) throws -> Void) throws {}
    /// One partition.
    public func partitionCounts(of topics: [String]) -> [String: Int] { [Self.topic: 1] }
    /// Nothing is created.
    public func createMissing(_ topics: [TopicDefinition]) {}

    fileprivate func rows(_ maximum: Int, from offset: Int64) throws(StreamError) -> Polled {
        let columns = columns
        return try reader.withLock { reader throws(StreamError) in
            var records: [Record] = []
            while records.count < maximum, records.isEmpty || reader.isReady {
                let value: [UInt8]
                do throws(StreamError) {
                    guard let row = try reader.next() else { return Polled(records: records, finished: true) }
                    value = columns.value(of: row)
                } catch {
                    guard error.code == "MALFORMED" else { throw error }
                    // Not JSON, so that it is refused like any record that cannot be read.
                    value = Array(error.message.utf8)
                }
                let source = TopicPartition(topic: Self.topic, partition: 0)
                records.append(Record(source: source, offset: offset + Int64(records.count), value: value))
            }
            return Polled(records: records)
        }
    }
}

/// Belongs to the one thread that polls.
private final class TableConsumer: RecordConsumer {
    private let log: TableLog
    private let next = Mutex<Int64>(0)

    init(log: TableLog) { self.log = log }

    func subscribe(to topics: [String], listener: any RebalanceListener) throws(StreamError) {
        _ = listener.assigned([TopicPartition(topic: TableLog.topic, partition: 0)], committed: [:])
    }

    func poll(maximum: Int, maximumBytes: Int, timeout: Duration) throws(StreamError) -> Polled {
        let polled = try log.rows(max(1, maximum), from: next.withLock { $0 })
        next.withLock { $0 += Int64(polled.records.count) }
        return polled
    }

    func pause() {}
    func resume() {}

    func seek(to offsets: Offsets) throws(StreamError) {
        throw StreamError(.fatal, code: "ESPIPE", "standard input cannot be read again")
    }

    func commit(_ offsets: Offsets) {}
    func endOffsets() -> Offsets { [:] }
    func close() {}
}
