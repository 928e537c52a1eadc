import Foundation

/// Cuts a ``ByteSource`` into lines that end in LF or CR LF; the last one may lack its end. Lines are any bytes.
/// Memory is bounded by the ceiling: what goes beyond it is counted and dropped. Belongs to one thread.
final class LineReader {
    /// A line without its end.
    struct Line {
        var bytes: [UInt8]
        /// The whole line's length where it was cut at the ceiling.
        var fullLength: Int?
    }

    /// What asking for a line brought.
    enum Step {
        case line(Line)
        case timedOut
        case end
    }

    private let source: ByteSource
    private let ceiling: Int
    private var buffer: [UInt8] = []
    /// Start of the current line in the buffer.
    private var start = 0
    /// Up to where the current line was searched for its end.
    private var scanned = 0
    /// Bytes of the current line that were dropped beyond the ceiling.
    private var dropped = 0
    private var isAtEnd = false

    init(_ source: ByteSource, ceiling: Int) {
        self.source = source
        self.ceiling = max(1, ceiling)
    }

    /// The source's name.
    var name: String { source.name }

    /// Whether a whole line is there already.
    var hasLine: Bool { lineEnd() != nil }

    /// The next line, waiting for it up to `timeout`; nil waits for as long as it takes.
    func next(timeout: Duration?) throws(StreamError) -> Step {
        while true {
            if let end = lineEnd() { return .line(take(upTo: end, skipping: 1)) }
            if isAtEnd {
                guard start < buffer.count || dropped > 0 else { return .end }
                return .line(take(upTo: buffer.count, skipping: 0))
            }
            compact()
            switch try source.read(into: &buffer, timeout: timeout) {
            case .bytes: break
            case .timedOut: return .timedOut
            case .end: isAtEnd = true
            }
        }
    }

    private func lineEnd() -> Int? {
        let found = buffer.withUnsafeBytes { bytes -> Int? in
            guard let base = bytes.baseAddress, scanned < bytes.count else { return nil }
            guard let hit = memchr(base + scanned, 0x0a, bytes.count - scanned) else { return nil }
            return UnsafeRawPointer(hit) - base
        }
        if found == nil { scanned = buffer.count }
        return found
    }

    private func take(upTo end: Int, skipping: Int) -> Line {
        let full = end - start + dropped
        var stop = min(end, start + ceiling)
        var line = Line(bytes: [], fullLength: nil)
        let endsInReturn = end > start && buffer[end - 1] == 0x0d
        if full - (endsInReturn ? 1 : 0) > ceiling {
            line.fullLength = full - (endsInReturn ? 1 : 0)
        } else if endsInReturn {
            stop = end - 1
        }
        line.bytes = Array(buffer[start..<stop])
        start = end + skipping
        scanned = start
        dropped = 0
        return line
    }

    /// Moves the unfinished line to the front and cuts it, so that the buffer cannot grow beyond the ceiling plus
    /// two chunks. The last byte stays: it may be the CR of a CR LF.
    private func compact() {
        if start > 0 {
            buffer.removeSubrange(0..<start)
            start = 0
        }
        if buffer.count > ceiling + 1 {
            let excess = buffer.count - ceiling - 1
            buffer.removeSubrange(ceiling..<(ceiling + excess))
            dropped += excess
        }
        scanned = buffer.count
    }
}
