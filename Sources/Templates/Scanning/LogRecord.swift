/// Which lines of a log are one record, and what of a record is mined.
public enum LogRecord {
    /// The first line, without header and line end: what a template is made of.
    public static func message(of record: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var end = record.firstIndex { $0 == UInt8(ascii: "\n") } ?? record.count
        while end > 0, record[end - 1] <= 32 { end -= 1 }
        let header = LogHeader(of: UnsafeBufferPointer(rebasing: record[..<end]))
        return header.end..<end
    }

    /// Whether a line goes on what the lines before it began: a frame of a stack, an exception or its cause, something
    /// indented.
    public static func isContinuation(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = line.first else { return false }
        if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return line.contains { $0 > 32 } }
        return openings.contains { line.starts(with: $0) } || isRest(line) || isException(line)
    }

    /// `at ` stands for a frame only before a name with dots and a bracket, but a log line hardly ever begins with it.
    private static let openings: [[UInt8]] = [
        "at ", "Caused by:", "Suppressed:", "--- End of ", "Traceback (most recent call last):",
    ].map { Array($0.utf8) }

    /// `... 23 more`: frames that are left out.
    private static func isRest(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        line.starts(with: "... ".utf8) && line.count > 4 && line[4].isDigit
    }

    /// `java.io.IOException: …`, `ValueError: …`, `KeyboardInterrupt` alone: the name of a class, at the line's beginning.
    private static func isException(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let name = line.prefix { $0.isAlphanumeric || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "$") }
        guard name.count == line.count || line[name.count] == UInt8(ascii: ":") else { return false }
        return endings.contains { ending in
            guard name.count > ending.count, name.suffix(ending.count).elementsEqual(ending) else { return false }
            return name[name.endIndex - ending.count - 1].isLetter
        }
    }

    private static let endings: [[UInt8]] = ["Error", "Exception", "Interrupt"].map { Array($0.utf8) }
}
