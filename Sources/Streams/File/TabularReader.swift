import Foundation

/// A row of a ``TabularReader``.
public struct TabularRow: Sendable, Equatable {
    /// The number of its first line in the file, from 1.
    public var line: Int
    /// The columns' names, in order.
    public var names: [String]
    /// The columns' values, in the order of ``names``. Bytes that are not UTF-8 became U+FFFD.
    public var fields: [String]

    /// Memberwise.
    public init(line: Int, names: [String], fields: [String]) {
        self.line = line
        self.names = names
        self.fields = fields
    }

    /// The value of a column; nil where the row has none of that name.
    public subscript(column: String) -> String? {
        names.firstIndex(of: column).map { fields[$0] }
    }
}

/// Reads CSV, TSV, JSON lines or plain lines row by row, gzip or not, whatever the file's size.
/// Belongs to one thread.
public final class TabularReader {
    /// How rows are written.
    public enum Format: String, Sendable, CaseIterable {
        /// RFC 4180, with a header line.
        case csv
        /// Values between tabs, no quoting, with a header line.
        case tsv
        /// A JSON object a line.
        case jsonLines
        /// A line is one column, `line`.
        case lines

        /// The format that a file's name says: `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.txt`, `.log`, each with or
        /// without `.gz`; nil for any other.
        public init?(path: String) {
            var name = path.lowercased()
            if name.hasSuffix(".gz") { name.removeLast(3) }
            switch name.split(separator: "/").last?.split(separator: ".").last {
            case "csv": self = .csv
            case "tsv": self = .tsv
            case "jsonl", "ndjson": self = .jsonLines
            case "txt", "log": self = .lines
            default: return nil
            }
        }
    }

    /// The path it reads.
    public let path: String
    /// The format it reads it as.
    public let format: Format
    /// The header's columns; for plain lines `line`, for JSON lines empty, as every row brings its own.
    public let columns: [String]
    private let rows: any RowSource

    /// Opens a file and reads its header.
    ///
    /// - Parameters:
    ///   - format: nil takes it from the name, plain lines where that says nothing.
    ///   - lineCeiling: bytes after which a row is refused.
    /// - Throws: ``StreamError`` (`fatal`) where the file cannot be read, is empty where a header is expected, or
    ///   names a column twice.
    public init(path: String, format: Format? = nil, lineCeiling: Int = 16 << 20) throws(StreamError) {
        self.path = path
        self.format = format ?? Format(path: path) ?? .lines
        let source = try ByteSource(path: path)
        switch self.format {
        case .csv, .tsv:
            let separator: UInt8 = self.format == .csv ? 0x2c : 0x09
            let rows = DelimitedRows(
                source,
                parser: DelimitedParser(separator: separator, quoting: self.format == .csv),
                ceiling: lineCeiling
            )
            columns = try rows.readHeader()
            self.rows = rows
        case .jsonLines:
            columns = []
            rows = JSONRows(LineReader(source, ceiling: lineCeiling))
        case .lines:
            columns = ["line"]
            rows = PlainRows(LineReader(source, ceiling: lineCeiling))
        }
    }

    /// The next row, or nil at the end.
    /// - Throws: ``StreamError`` (`fatal`, code `MALFORMED`) that names file and line; reading may go on with the
    ///   row after it. Other codes come from the file itself and end it.
    public func next() throws(StreamError) -> TabularRow? { try rows.next() }
}

/// A source of rows in one format.
protocol RowSource: AnyObject {
    func next() throws(StreamError) -> TabularRow?
}

/// Separated values.
private final class DelimitedRows: RowSource {
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

/// JSON lines: text stays text, numbers and booleans are written as JSON writes them, nested values as JSON text,
/// null as an absent column.
private final class JSONRows: RowSource {
    private let reader: LineReader
    private var line = 0

    init(_ reader: LineReader) {
        self.reader = reader
    }

    func next() throws(StreamError) -> TabularRow? {
        while case .line(let text) = try reader.next(timeout: nil) {
            line += 1
            if text.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            guard text.fullLength == nil else { throw malformed("is longer than \(text.bytes.count) bytes") }
            guard let value = try? JSONSerialization.jsonObject(with: Data(text.bytes)) else {
                throw malformed("is not JSON")
            }
            guard let object = value as? [String: Any] else { throw malformed("is JSON but not an object") }
            let names = object.keys.sorted().filter { !(object[$0] is NSNull) }
            return TabularRow(line: line, names: names, fields: names.map { Self.text(object[$0]) })
        }
        return nil
    }

    private static func text(_ value: Any?) -> String {
        guard let value else { return "" }
        if let text = value as? String { return text }
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private func malformed(_ what: String) -> StreamError {
        StreamError(.fatal, code: "MALFORMED", "\(reader.name), line \(line): \(what)")
    }
}

/// Plain lines.
private final class PlainRows: RowSource {
    private let reader: LineReader
    private var line = 0

    init(_ reader: LineReader) {
        self.reader = reader
    }

    func next() throws(StreamError) -> TabularRow? {
        guard case .line(let text) = try reader.next(timeout: nil) else { return nil }
        line += 1
        return TabularRow(line: line, names: ["line"], fields: [String(decoding: text.bytes, as: UTF8.self)])
    }
}
