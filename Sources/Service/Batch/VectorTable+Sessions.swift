import Embedding
import Kernels
import Pipeline
import Streams

extension VectorTable {
    /// Reads a file whose rows are events of sessions: each session becomes a vector, with the truth that most of its rows
    /// have.
    ///
    /// - Throws: ``Exit`` where the file cannot be read to its end, or none of its rows is in a session.
    mutating func gather(_ table: LabelledTable, _ space: SessionSpace, _ bar: ProgressBar) throws {
        guard let options = table.settings.sessionOptions else { return }
        let decoder = table.settings.decoder(for: space)
        var gathering = SessionGathering(space: space, options: options)
        var truths = SessionTruth(options: options)
        var offset: Int64 = 0
        while let row = try Self.next(table.reader) {
            let record = table.columns.record(of: row, offset: offset)
            offset += 1
            do throws(InputRejection) {
                guard case .text(let line) = try decoder.decode(record).get() else { continue }
                try gathering.take(record, line: line)
                truths.note(record, table.columns.truth(of: row))
            } catch {
                refuse(row, of: table, error)
            }
            bar.update(Int(offset))
        }
        (sessions, vectors) = gathering.finish()
        guard !sessions.isEmpty else { throw Exit(.badInput, firstRefusal ?? "\(table.reader.path) holds no rows") }
        if gathering.late > 0 {
            refused += gathering.late
            firstRefusal =
                firstRefusal
                ?? "\(table.reader.path): \(gathering.late) rows came after their session had ended; sort them by time, or "
                + "raise session.lateness"
        }
        rowCount = sessions.count
        rows = Array(sessions.indices)
        truth = sessions.map { truths.truth(of: $0.name, from: $0.start, to: $0.end).label }
        texts = sessions.map { String($0.text.prefix(80)) }
    }
}
