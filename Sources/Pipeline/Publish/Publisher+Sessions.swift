import Clustering
import Embedding
import Kernels
import Streams
import Telemetry
import Templates

// Sessions on the publisher's queue: records are in order here, and what a transaction changed is undone with it.
extension Publisher {
    /// Takes the events of a batch into their sessions, in order, and makes rows of the sessions that ended.
    func gatherSessions(of decoded: EmbeddedBatch, state: inout State) -> EmbeddedBatch {
        guard let space = sessionSpace, var sessions = state.sessions else { return decoded }
        // Moved, not copied: the tables are changed in place.
        state.sessions = nil
        defer { state.sessions = sessions }
        var batch = decoded
        let ids = mineEvents(decoded.texts, state: &state)
        var closed: [ClosedSession] = []
        batch.outcomes = zip(decoded.batch.records, decoded.outcomes).map { record, outcome in
            guard case .row(let row) = outcome else { return outcome }
            let origin = RecordOrigin(source: record.source, offset: record.offset, timestamp: record.timestamp)
            let taken = sessions.change(record.source) { table in
                table.take(decoded.sessionEvents[row], id: ids[row], origin: origin)
            }
            closed += taken.closed
            state.tally.sessions.note(taken.step, hasKey: !decoded.sessionEvents[row].keys.isEmpty)
            return .absorbed
        }
        state.lastEvents = .now
        makeRows(of: closed, in: &batch, space, state: &state)
        return batch
    }

    /// A batch without records: sessions that end although nothing comes.
    func rows(of closed: [ClosedSession], _ space: SessionSpace, state: inout State) -> EmbeddedBatch {
        var batch = EmbeddedBatch(
            batch: Batch(sequence: 0, epoch: state.epoch, records: [], footprint: 0),
            outcomes: [],
            texts: [],
            vectors: Matrix(rows: 0, columns: space.dimension)
        )
        makeRows(of: closed, in: &batch, space, state: &state)
        return batch
    }

    /// Finds the templates of lines, and teaches them.
    private func mineEvents(_ lines: [String?], state: inout State) -> [Int] {
        var scanner = state.scanner
        defer { state.scanner = scanner }
        return state.coordinator.withTemplates { book in
            lines.map { line in
                var line = line ?? ""
                return line.withUTF8 { bytes in
                    let message = UnsafeBufferPointer(rebasing: bytes[LogRecord.message(of: bytes)])
                    return book.learn(message, with: &scanner)
                }
            }
        } ?? []
    }

    private func makeRows(
        of closed: [ClosedSession],
        in batch: inout EmbeddedBatch,
        _ space: SessionSpace,
        state: inout State
    ) {
        batch.words = []
        var texts: [String?] = []
        var storage: [Float] = []
        storage.reserveCapacity(closed.count * space.dimension)
        state.coordinator.withTemplates { book in
            batch.sessions = closed.map { closed in
                var closed = closed
                closed.session.rename(book.living)
                return closed
            }
            for session in batch.sessions.map(\.session) {
                let events = SessionSpace.Events(counts: session.counts, sequence: session.sequence)
                storage += space.vector(of: events) { (book.template($0)?.documents ?? 0, book.documents) }
                book.note(document: session.counts.keys)
                texts.append(Self.words(of: session, in: book))
            }
        }
        batch.texts = texts
        batch.vectors = Matrix(columns: space.dimension, storage: storage)
    }

    /// What a session is about: the words of its templates, each once, in the order in which they came.
    private static func words(of session: OpenSession, in book: TemplateBook) -> String {
        var known: Set<Int> = []
        let order = session.sequence.filter { known.insert($0).inserted }
        return order.prefix(Self.describedEvents).compactMap { book.template($0)?.words }.joined(separator: "\n")
    }

    /// A session is described by so many of its templates.
    private static let describedEvents = 24

    /// Ends sessions although no record says so, and publishes them: where the clock has gone on and nothing came, or, at
    /// the end of an input that is not kept, all.
    func endSessions(all: Bool, state: inout State) throws {
        guard let space = sessionSpace, state.sessions != nil else { return }
        let elapsed = Int64((ContinuousClock.now - state.lastEvents).seconds * 1000)
        // What is slow is not idle: nothing may be on its way, here or in the log.
        guard all || budget.current.batches == 0 else { return }
        let ends = all ? [:] : consumer.endOffsets()
        var closed: [ClosedSession] = []
        for partition in state.sessions.map({ $0.tables.keys.sorted() }) ?? [] {
            if let end = ends[partition], state.ledger.covered[partition] ?? 0 < end { continue }
            closed +=
                state.sessions?.change(partition) { all ? $0.closeAll() : $0.closeIdle(after: elapsed) } ?? []
        }
        guard !closed.isEmpty else { return }
        let batch = rows(of: closed, space, state: &state)
        try write(batch, try assign(batch, state: &state), state: &state)
    }

    /// Publishes the sessions of a batch.
    func writeSessions(of batch: EmbeddedBatch, _ assignments: [Assignment], state: inout State) throws {
        guard let space = sessionSpace else { return }
        // The states and the offset of a record that ends nothing are still to be committed.
        try state.transaction.open()
        for (row, closed) in batch.sessions.enumerated() {
            let origin = closed.session.origin
            let record = Record(
                source: origin.source,
                offset: origin.offset,
                timestamp: origin.timestamp,
                key: closed.key,
                value: nil
            )
            let (book, redaction) = (state.coordinator.model.templates, options.clustering.labels.redaction)
            let session = AssignmentRecord.Session(closed, templates: book, redaction: redaction)
            let names = SessionNames(space: space, session: closed.session, book: book, redaction: redaction)
            var assignment = assignments[row]
            assignment.explanation = assignment.explanation.map(names.named)
            let text = batch.texts[row]
            let hasHeaders = state.transaction.keepsHeaders
            try state.transaction.send(
                output(assignment, of: record, text: text, session: session, hasHeaders: hasHeaders)
            )
            state.tally.records.assigned += 1
            state.tally.sessions.closed[closed.reason.rawValue, default: 0] += 1
            if assignment.anomaly { note(assignment, record, session.name, &state.tally) }
        }
    }
}

/// What a transaction did to sessions.
struct SessionTally: Sendable {
    var closed: [String: Int] = [:]
    /// Events whose windows had ended.
    var late = 0
    /// Records in which no key was found.
    var withoutKey = 0

    mutating func note(_ step: SessionTable.Step, hasKey: Bool) {
        if step == .late { late += 1 }
        if !hasKey { withoutKey += 1 }
    }
}
