import Synchronization

/// Reads the inputs of a ``FileLog`` one after the other.
///
/// A poll that has a record waits a moment longer for others, as long as lines keep coming: `cat file | …` gives full
/// batches whatever the size of the pipe, `tail -f | …` stays prompt.
final class FileConsumer: RecordConsumer, @unchecked Sendable {
    // Sendable: everything that varies belongs to the one thread that polls (the contract of RecordConsumer); `commit`
    // and `endOffsets`, which other threads may call, touch none of it.

    /// How long a poll that has a record waits for the next, and for how many of these spans in all.
    private static let moment = Duration.milliseconds(2)
    private static let patience = 10

    private let log: FileLog
    private var listener: (any RebalanceListener)?
    private var cursors: [Cursor] = []
    private var current = 0
    private var isPaused = false
    private var isAssigned = false

    /// How far one input was read.
    private struct Cursor {
        var source: TopicPartition
        var input: FileLog.Input
        var reader: LineReader?
        /// Number of the next line.
        var line: Int64 = 0
        /// Lines before this one are skipped.
        var wanted: Int64 = 0
        var isFinished = false
        /// A record whose lines may go on.
        var open: Record?
    }

    init(log: FileLog) {
        self.log = log
    }

    func subscribe(to topics: [String], listener: any RebalanceListener) throws(StreamError) {
        let unknown = topics.filter { !log.topics.contains($0) }
        guard unknown.isEmpty else {
            throw StreamError(
                .misconfigured,
                code: "_UNKNOWN_TOPIC",
                "no input is named \(unknown.joined(separator: ", ")); there are \(log.topics.joined(separator: ", "))"
            )
        }
        self.listener = listener
        cursors = log.inputs.filter { topics.isEmpty || topics.contains($0.source.topic) }
            .map { Cursor(source: $0.source, input: $0.input) }
    }

    func poll(maximum: Int, maximumBytes: Int, timeout: Duration) throws(StreamError) -> Polled {
        try assignOnce()
        guard !isPaused else { return Polled(records: []) }
        var records: [Record] = []
        var bytes = 0
        // A record of several lines is whole when nothing has come for the whole of the timeout.
        let span = log.joining == nil ? min(timeout, Self.moment) : timeout
        var limit: ContinuousClock.Instant?
        while current < cursors.count, records.count < max(1, maximum), bytes < maximumBytes {
            var wait = timeout
            // The clock is asked only where there is something to wait for.
            if !records.isEmpty, cursors[current].reader?.hasLine != true {
                let now = ContinuousClock.now
                let end = limit ?? now + span * Self.patience
                limit = end
                wait = min(span, max(.zero, end - now))
            }
            guard let step = try next(timeout: wait) else { break }
            if let record = step {
                records.append(record)
                bytes += record.footprint
            }
        }
        return Polled(records: records, finished: current >= cursors.count)
    }

    func pause() { isPaused = true }

    func resume() { isPaused = false }

    func seek(to offsets: Offsets) throws(StreamError) {
        for (partition, offset) in offsets {
            guard let index = cursors.firstIndex(where: { $0.source == partition }) else {
                throw StreamError(.fatal, code: "_STATE", "\(partition) is not an input: its position cannot move")
            }
            if offset < cursors[index].line {
                guard case .file = cursors[index].input else {
                    throw StreamError(
                        .fatal,
                        code: "ESPIPE",
                        "\(partition) cannot be read again from line \(offset): it is a stream"
                    )
                }
                cursors[index].reader = nil
                cursors[index].line = 0
            }
            cursors[index].wanted = offset
            cursors[index].open = nil
            cursors[index].isFinished = false
            current = min(current, index)
        }
    }

    func commit(_ offsets: Offsets) {}

    func endOffsets() -> Offsets { [:] }

    func close() {
        if isAssigned { listener?.revoked(cursors.map(\.source), lost: false) }
        isAssigned = false
        listener = nil
        cursors = []
        current = 0
    }

    private func assignOnce() throws(StreamError) {
        guard !isAssigned, !cursors.isEmpty else { return }
        isAssigned = true
        try seek(to: listener?.assigned(cursors.map(\.source), committed: [:]) ?? [:])
    }

    /// The next record; `.some(nil)` where an input ended or a line was skipped, nil where nothing came in time.
    private func next(timeout: Duration) throws(StreamError) -> Record?? {
        if cursors[current].isFinished {
            current += 1
            return .some(nil)
        }
        if cursors[current].reader == nil { cursors[current].reader = try log.reader(of: cursors[current].input) }
        guard let reader = cursors[current].reader else { return nil }
        if log.joining != nil { return try nextJoined(reader, timeout: timeout) }
        switch try reader.next(timeout: timeout) {
        case .timedOut: return nil
        case .end:
            cursors[current].isFinished = true
            cursors[current].reader = nil
            current += 1
            return .some(nil)
        case .line(let line):
            let offset = cursors[current].line
            cursors[current].line += 1
            guard offset >= cursors[current].wanted else { return .some(nil) }
            return FileLog.record(line, source: cursors[current].source, offset: offset)
        }
    }

    /// The next record of one or several lines: it is known to be whole when the line after it is, or when none came in
    /// time.
    private func nextJoined(_ reader: LineReader, timeout: Duration) throws(StreamError) -> Record?? {
        switch try reader.next(timeout: timeout) {
        case .timedOut:
            guard let whole = cursors[current].open else { return nil }
            cursors[current].open = nil
            return whole
        case .end:
            let whole = cursors[current].open
            cursors[current].open = nil
            cursors[current].isFinished = true
            cursors[current].reader = nil
            return .some(whole)
        case .line(let line):
            let offset = cursors[current].line
            cursors[current].line += 1
            guard offset >= cursors[current].wanted else { return .some(nil) }
            let goesOn = line.bytes.withUnsafeBufferPointer { log.joining?($0) ?? false }
            if goesOn, var record = cursors[current].open, let value = record.value,
                value.count + line.bytes.count < log.lineCeiling
            {
                record.value = value + [0x0a] + line.bytes
                cursors[current].open = record
                return .some(nil)
            }
            let whole = cursors[current].open
            cursors[current].open = FileLog.record(line, source: cursors[current].source, offset: offset)
            return .some(whole)
        }
    }
}
