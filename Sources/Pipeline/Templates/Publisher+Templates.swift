import Clustering
import Embedding
import Telemetry
import Templates

// Lines of logs on the publisher's queue: records are in order here, so that the same lines get the same templates, and
// what a transaction taught is undone with it.
extension Publisher {
    /// Finds the templates of a batch's lines, teaches them, and gives every row the vector of its template.
    func mineTemplates(of decoded: EmbeddedBatch, state: inout State) -> EmbeddedBatch {
        guard let templates else { return decoded }
        var batch = decoded
        var scanner = state.scanner
        let redaction = options.clustering.labels.redaction
        batch.lines =
            state.coordinator.withTemplates { book in
                decoded.texts.map { Self.mine($0 ?? "", with: &book, &scanner, redaction) }
            } ?? []
        state.scanner = scanner
        batch.vectors = templates.embed(batch.lines)
        templates.redact(&batch.lines)
        return batch
    }

    private static func mine(
        _ record: String,
        with book: inout TemplateBook,
        _ scanner: inout LineScanner,
        _ redaction: Redaction
    ) -> MinedLine {
        var record = record
        return record.withUTF8 { bytes in
            let message = UnsafeBufferPointer(rebasing: bytes[LogRecord.message(of: bytes)])
            let id = book.learn(message, with: &scanner)
            let template = book.template(id)
            return MinedLine(
                template: id,
                text: template?.text ?? "",
                words: template?.words ?? "",
                parameters: redaction.shown(book.parameterRanges(template: id, in: scanner), of: message)
            )
        }
    }
}
