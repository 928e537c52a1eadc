import Glibc
public import Logging
import Synchronization

/// Where log lines go: one per process, shared by every logger.
public final class LogOutput: Sendable {
    /// Takes a whole line with its newline.
    public typealias Sink = @Sendable (String) -> Void
    /// Milliseconds since the epoch.
    public typealias Clock = @Sendable () -> Int64

    /// How lines are written.
    public let format: LogFormat
    /// Whether lines carry the journal's priority prefix `<6>` (and no time of their own).
    public let usesJournalPrefix: Bool
    private let sink: Sink
    private let clock: Clock
    private let shared: Mutex<(level: Logger.Level, limit: RateLimit)>

    /// - Parameters:
    ///   - level: the least level that is written; may be changed while running.
    ///   - usesJournalPrefix: nil finds out whether standard error is the journal.
    ///   - window: within this many milliseconds,
    ///   - burst: a place in the code may write the same message this often; 0 means without limit.
    public init(
        format: LogFormat = .logfmt,
        level: Logger.Level = .info,
        usesJournalPrefix: Bool? = nil,
        window: Int64 = 10_000,
        burst: Int = 5,
        clock: @escaping Clock = Timestamp.now,
        sink: @escaping Sink = LogOutput.writeToStandardError
    ) {
        self.format = format
        self.usesJournalPrefix = usesJournalPrefix ?? Journal.isStandardError()
        self.sink = sink
        self.clock = clock
        shared = Mutex((level, RateLimit(window: window, burst: burst)))
    }

    /// The least level that is written by loggers that set none of their own.
    public var level: Logger.Level {
        get { shared.withLock { $0.level } }
        set { shared.withLock { $0.level = newValue } }
    }

    /// Makes every logger of the process write here. Call once, first thing.
    public func bootstrap() {
        LoggingSystem.bootstrap { StructuredLogHandler(label: $0, output: self) }
    }

    /// A logger that writes here, without a bootstrap.
    public func logger(_ label: String) -> Logger {
        Logger(label: label) { StructuredLogHandler(label: $0, output: self) }
    }

    /// Writes how often suppressed messages were suppressed; call before the process ends.
    public func flush() {
        let now = clock()
        write(summaries: shared.withLock { $0.limit.sweep(now: now, all: true) }, now)
    }

    func write(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata,
        label: String,
        file: String,
        line: UInt
    ) {
        let now = clock()
        let site = RateLimit.Site(file: file, line: line, message: message)
        let (closed, verdict) = shared.withLock { shared in
            let verdict = shared.limit.judge(site, now: now)
            return (verdict == .suppress ? [] : shared.limit.sweep(now: now), verdict)
        }
        write(summaries: closed, now)
        guard case .write(let suppressed) = verdict else { return }
        var metadata = metadata
        if suppressed > 0 { metadata["suppressed"] = .stringConvertible(suppressed) }
        emit(level, message, metadata, label: label, now)
    }

    private func write(summaries: [(site: RateLimit.Site, suppressed: Int)], _ now: Int64) {
        for (site, suppressed) in summaries {
            emit(
                .notice,
                "repeated messages were not written",
                ["message": .string(site.message), "suppressed": .stringConvertible(suppressed)],
                label: "log",
                now
            )
        }
    }

    private func emit(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata,
        label: String,
        _ now: Int64
    ) {
        let timestamp = usesJournalPrefix ? nil : now
        let line = format.line(level, message, metadata, label: label, timestamp: timestamp)
        sink((usesJournalPrefix ? Journal.prefix(of: level) : "") + line + "\n")
    }

    /// One `write` per line where the kernel takes it whole, so that lines of several threads do not mix.
    public static let writeToStandardError: Sink = { line in
        var line = line
        line.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(STDERR_FILENO, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count > 0 {
                    written += count
                } else if count < 0, errno != EINTR {
                    return
                }
            }
        }
    }
}
