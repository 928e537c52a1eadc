package import Embedding
package import Kernels
package import Streams
import Templates

/// All sessions of an input that is read to its end, as vectors: for whoever has no stream to wait for.
///
/// Vectors are made last, so that templates that became one are one event in all of them, and so that an event's rarity
/// is that among all.
package struct SessionGathering {
    /// A session that was found.
    package struct Session: Sendable {
        /// Its key as text.
        package var name: String
        /// The times of the first and the last event, in milliseconds since 1970.
        package var start: Int64
        package var end: Int64
        /// How many events.
        package var events: Int
        /// What its first events say, by their templates.
        package var text: String
    }

    private let space: SessionSpace
    private let decoder: SessionDecoder
    private var table: SessionTable
    private var book = TemplateBook()
    private var scanner = LineScanner()
    private var closed: [ClosedSession] = []
    /// Records whose windows had ended: they are in no session.
    package private(set) var late = 0

    /// Sessions of records that all come from one partition.
    package init(space: SessionSpace, options: SessionOptions) {
        self.space = space
        decoder = SessionDecoder(options: options)
        table = SessionTable(options)
    }

    /// Takes in a record, in order.
    ///
    /// - Parameter line: what the record's decoder made of its value.
    /// - Throws: ``Embedding/InputRejection`` where it has no time, or is in no session.
    package mutating func take(_ record: Record, line: String) throws(InputRejection) {
        let event = try decoder.decode(record, line: line).get()
        guard !event.keys.isEmpty else {
            throw InputRejection(.missingField, "session.pattern finds no session's name in the line")
        }
        var line = line
        let id = line.withUTF8 { bytes in
            book.learn(UnsafeBufferPointer(rebasing: bytes[LogRecord.message(of: bytes)]), with: &scanner)
        }
        let origin = RecordOrigin(source: record.source, offset: record.offset, timestamp: record.timestamp)
        let taken = table.take(event, id: id, origin: origin)
        closed += taken.closed
        // What a roll-back would need.
        table.commit(covered: nil)
        if taken.step == .late { late += 1 }
    }

    /// Ends what is open still.
    ///
    /// - Returns: the sessions in the order of their ends, and their vectors, `n × d`.
    package mutating func finish() -> (sessions: [Session], vectors: Matrix) {
        closed += table.closeAll()
        for place in closed.indices {
            closed[place].session.rename(book.living)
            book.note(document: closed[place].session.counts.keys)
        }
        var storage: [Float] = []
        storage.reserveCapacity(closed.count * space.dimension)
        let sessions = closed.map { closed in
            let session = closed.session
            storage += space.vector(of: .init(counts: session.counts, sequence: session.sequence)) {
                (book.template($0)?.documents ?? 0, book.documents)
            }
            return Session(
                name: AssignmentRecord.Entity.name(of: closed.key),
                start: session.first,
                end: session.last,
                events: session.events,
                text: session.sequence.prefix(8).compactMap { book.template($0)?.text }.joined(separator: " | ")
            )
        }
        return (sessions, Matrix(columns: space.dimension, storage: storage))
    }
}
