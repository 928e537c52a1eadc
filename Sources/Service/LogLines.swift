import Templates

/// Which lines of a log file are one record.
public enum LogLines {
    /// Whether a line goes on the record before it.
    @Sendable
    public static func goesOn(_ line: UnsafeBufferPointer<UInt8>) -> Bool { LogRecord.isContinuation(line) }
}
