/// Which lines of a log are one record, and what of a record is mined.
public enum LogRecord {
    /// The first line, without header and line end: what a template is made of.
    public static func message(of record: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var end = record.firstIndex { $0 == UInt8(ascii: "\n") } ?? record.count
        while end > 0, record[end - 1] <= 32 { end -= 1 }
        let header = LogHeader(of: UnsafeBufferPointer(rebasing: record[..<end]))
        return header.end..<end
    }

    /// Whether a line goes on what the lines before it began: a frame of a stack, a cause, something indented.
    public static func isContinuation(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = line.first else { return false }
        if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return line.contains { $0 > 32 } }
        return openings.contains { line.starts(with: $0) }
    }

    /// `at ` stands for a frame only before a name with dots and a bracket, but a log line hardly ever begins with it.
    private static let openings: [[UInt8]] = ["at ", "Caused by:", "Suppressed:", "... ", "--- End of "].map {
        Array($0.utf8)
    }
}
