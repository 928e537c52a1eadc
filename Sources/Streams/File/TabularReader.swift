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

    /// The path it reads, or ``standardInput``.
    public let path: String
    /// The format it reads it as.
    public let format: Format
    /// The header's columns; for plain lines `line`, for JSON lines the keys of the first row, sorted: every row brings
    /// its own.
    public let columns: [String]
    private let rows: any RowSource
    private let source: ByteSource
    /// Rows that were looked at and not yet read, the next one last.
    private var ahead: [TabularRow] = []

    /// Opens a file and reads its header.
    ///
    /// - Parameters:
    ///   - format: nil takes it from the name, plain lines where that says nothing.
    ///   - lineCeiling: bytes after which a row is refused.
    /// - Throws: ``StreamError`` (`fatal`) where the file cannot be read, is empty where a header is expected, or
    ///   names a column twice.
    public init(path: String, format: Format? = nil, lineCeiling: Int = 16 << 20) throws(StreamError) {
        self.path = path
        let source = path == Self.standardInput ? ByteSource(descriptor: 0, name: path) : try ByteSource(path: path)
        let named = format ?? Format(path: path)
        self.source = source
        if let named {
            self.format = named
        } else {
            self.format = path == Self.standardInput ? Format(head: try source.peek()) : .lines
        }
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
            rows = JSONRows(LineReader(source, ceiling: lineCeiling))
            let first = try rows.next()
            ahead = first.map { [$0] } ?? []
            columns = first?.names ?? []
        case .lines:
            columns = ["line"]
            rows = PlainRows(LineReader(source, ceiling: lineCeiling))
        }
    }

    /// The next row, or nil at the end.
    /// - Throws: ``StreamError`` (`fatal`, code `MALFORMED`) that names file and line; reading may go on with the
    ///   row after it. Other codes come from the file itself and end it.
    public func next() throws(StreamError) -> TabularRow? {
        if let row = ahead.popLast() { return row }
        return try rows.next()
    }

    /// The row that ``next()`` returns next, which stays to be read.
    /// - Throws: as ``next()``.
    public func peek() throws(StreamError) -> TabularRow? { try peek(1).first }

    /// The next rows, at most `count`, which stay to be read.
    ///
    /// - Parameter isPatient: false asks for no more once a row is there and the source has none at hand.
    /// - Throws: as ``next()``, of which rows that came before it can still be read.
    public func peek(_ count: Int, isPatient: Bool = true) throws(StreamError) -> [TabularRow] {
        var found: [TabularRow] = ahead.reversed()
        defer { ahead = found.reversed() }
        while found.count < count, isPatient || found.isEmpty || isReady {
            guard let row = try rows.next() else { break }
            found.append(row)
        }
        return Array(found.prefix(count))
    }

    /// Whether something can be read without waiting: a row that was looked at, or bytes of the source (which may prove
    /// to be less than a row).
    public var isReady: Bool { !ahead.isEmpty || source.isReadable }

    /// The path that stands for descriptor 0.
    public static let standardInput = "standard input"
}

extension TabularReader.Format {
    /// The format that the first bytes of an input look like: JSON lines, or a table with a header line.
    fileprivate init(head: [UInt8]) {
        let first = head.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        let line = head.prefix { $0 != 0x0a }
        self = first == UInt8(ascii: "{") ? .jsonLines : line.contains(0x09) ? .tsv : .csv
    }
}

/// A source of rows in one format.
protocol RowSource: AnyObject {
    func next() throws(StreamError) -> TabularRow?
}
