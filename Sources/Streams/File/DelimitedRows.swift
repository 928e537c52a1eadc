/// Separated values.
final class DelimitedRows: RowSource {
    private let source: ByteSource
    private let ceiling: Int
    private var parser: DelimitedParser
    private var chunk: [UInt8] = []
    private var position = 0
    private var columns: [String] = []
    private var rowBytes = 0
    private var isAtEnd = false

    init(_ source: ByteSource, parser: DelimitedParser, ceiling: Int) {
        self.source = source
        self.parser = parser
        self.ceiling = ceiling
    }

    func readHeader() throws(StreamError) -> [String] {
        guard let row = try nextFields() else {
            throw StreamError(.fatal, code: "EMPTY", "\(source.name) is empty: a header line is expected")
        }
        var names = row.fields.map { String(decoding: $0, as: UTF8.self) }
        if let first = names.first, first.hasPrefix("\u{feff}") {
            names[0] = String(first.unicodeScalars.dropFirst())
        }
        if let repeated = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw StreamError(
                .fatal,
                code: "HEADER",
                "\(source.name), line 1: column \(repeated) is named twice; rename one"
            )
        }
        columns = names
        return names
    }

    func next() throws(StreamError) -> TabularRow? {
        while let row = try nextFields() {
            // A line without anything is not a row, unless the file has but one column.
            if row.fields.count == 1, row.fields[0].isEmpty, columns.count > 1 { continue }
            guard row.fields.count == columns.count else {
                throw malformed(row.line, "has \(row.fields.count) fields, the header has \(columns.count)")
            }
            return TabularRow(
                line: row.line,
                names: columns,
                fields: row.fields.map { String(decoding: $0, as: UTF8.self) }
            )
        }
        return nil
    }

    private func nextFields() throws(StreamError) -> (fields: [[UInt8]], line: Int)? {
        do {
            while true {
                while position < chunk.count {
                    position += 1
                    rowBytes += 1
                    if let row = try parser.take(chunk[position - 1]) {
                        rowBytes = 0
                        return row
                    }
                    if rowBytes > ceiling { throw DelimitedParser.Failure.unterminated(line: parser.currentRow) }
                }
                guard try refill() else { return try parser.finish() }
            }
        } catch let error as DelimitedParser.Failure {
            throw try recovered(from: error)
        } catch let error as StreamError {
            throw error
        } catch {
            throw StreamError(.fatal, code: "MALFORMED", "\(source.name): \(error)")
        }
    }

    private func refill() throws(StreamError) -> Bool {
        guard !isAtEnd else { return false }
        chunk.removeAll(keepingCapacity: true)
        position = 0
        if case .end = try source.read(into: &chunk, timeout: nil) { isAtEnd = true }
        return !chunk.isEmpty
    }

    /// Goes on after the next line end.
    private func recovered(from failure: DelimitedParser.Failure) throws(StreamError) -> StreamError {
        rowBytes = 0
        skipping: while true {
            while position < chunk.count {
                position += 1
                if chunk[position - 1] == 0x0a { break skipping }
            }
            guard try refill() else { break }
        }
        parser.recover()
        switch failure {
        case .afterQuote(let line):
            return malformed(line, "has something between a closing quote and the next comma")
        case .unterminated(let line):
            return malformed(line, "opens a quote that is not closed within \(ceiling) bytes or the file")
        }
    }

    private func malformed(_ line: Int, _ what: String) -> StreamError {
        StreamError(.fatal, code: "MALFORMED", "\(source.name), line \(line): \(what)")
    }
}
