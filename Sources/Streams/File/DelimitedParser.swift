/// A state machine over bytes that cuts separated values into rows.
///
/// RFC 4180 for CSV: quoted fields may hold commas, line ends and doubled quotes. TSV knows no quotes. Written here
/// because the available packages read whole files into strings; this one keeps one row.
struct DelimitedParser {
    enum Failure: Error {
        case afterQuote(line: Int)
        case unterminated(line: Int)
    }

    private enum State {
        case fieldStart
        case plain
        case quoted
        /// A quote inside a quoted field: its end, or the first half of a doubled quote.
        case quoteSeen
        /// CR seen: LF completes the line end.
        case carriageReturn
    }

    private let separator: UInt8
    private let quoting: Bool
    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [[UInt8]] = []
    private var line = 1
    private var rowLine = 1

    /// The first line of the row being read, from 1.
    var currentRow: Int { rowLine }

    init(separator: UInt8, quoting: Bool) {
        self.separator = separator
        self.quoting = quoting
    }

    /// Takes one byte; returns the row and the number of its first line when the byte completed one.
    mutating func take(_ byte: UInt8) throws(Failure) -> (fields: [[UInt8]], line: Int)? {
        if state == .carriageReturn {
            state = .fieldStart
            if byte == 0x0a { return endRow() }
            // A lone CR is data.
            field.append(0x0d)
            state = .plain
        }
        switch (state, byte) {
        case (.quoted, 0x22): state = .quoteSeen
        case (.quoted, _):
            if byte == 0x0a { line += 1 }
            field.append(byte)
        case (.quoteSeen, 0x22):
            field.append(byte)
            state = .quoted
        case (_, separator): endField()
        case (_, 0x0a): return endRow()
        case (_, 0x0d): state = .carriageReturn
        case (.fieldStart, 0x22) where quoting: state = .quoted
        case (.quoteSeen, _): throw .afterQuote(line: line)
        default:
            field.append(byte)
            state = .plain
        }
        return nil
    }

    /// The last row, where the file does not end in a line end.
    mutating func finish() throws(Failure) -> (fields: [[UInt8]], line: Int)? {
        if state == .quoted { throw .unterminated(line: rowLine) }
        let isEmpty = fields.isEmpty && field.isEmpty && (state == .fieldStart || state == .carriageReturn)
        return isEmpty ? nil : endRow()
    }

    /// Forgets the row that failed; the caller skips to the next line end.
    mutating func recover() {
        field = []
        fields = []
        state = .fieldStart
        line += 1
        rowLine = line
    }

    private mutating func endField() {
        fields.append(field)
        field.removeAll(keepingCapacity: true)
        state = .fieldStart
    }

    private mutating func endRow() -> (fields: [[UInt8]], line: Int) {
        endField()
        defer {
            fields = []
            line += 1
            rowLine = line
        }
        return (fields, rowLine)
    }
}
