import Foundation

/// The bytes of a file or of standard input, inflated where they begin with gzip's magic bytes.
/// Belongs to one thread.
final class ByteSource {
    /// What a read brought.
    enum Outcome {
        case bytes
        case timedOut
        case end
    }

    /// Bytes asked of the system at once, and inflated at once.
    private static let chunk = 64 * 1024

    let name: String
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private var inflater: GzipInflater?
    private var isSniffed = false
    private var isAtEnd = false
    /// First bytes held back until there are enough of them to tell gzip from text.
    private var head: [UInt8] = []
    /// Bytes that were looked at and not yet read.
    private var ahead: [UInt8] = []

    /// Reads from an open descriptor, which it does not close.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        ownsDescriptor = false
    }

    /// Opens a file.
    init(path: String) throws(StreamError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        name = path
        ownsDescriptor = true
        guard descriptor >= 0 else {
            let code = errno
            throw StreamError(.fatal, code: posixName(code), "cannot read \(path): \(posixMessage(code))")
        }
    }

    deinit {
        if ownsDescriptor, descriptor >= 0 { _ = Foundation.close(descriptor) }
    }

    /// Appends some bytes, waiting for them up to `timeout`; nil waits for as long as it takes.
    func read(into output: inout [UInt8], timeout: Duration?) throws(StreamError) -> Outcome {
        if !ahead.isEmpty {
            output += ahead
            ahead = []
            return .bytes
        }
        let before = output.count
        while output.count == before {
            if let inflater, !inflater.needsInput {
                try inflater.inflate(into: &output, capacity: Self.chunk)
                continue
            }
            if isAtEnd { return .end }
            var raw: [UInt8] = []
            switch try readRaw(into: &raw, timeout: timeout) {
            case .timedOut: return .timedOut
            case .end:
                isAtEnd = true
                try inflater?.finish()
                output += head
                head = []
            case .bytes: try accept(raw, into: &output)
            }
        }
        return .bytes
    }

    /// The first bytes, which stay to be read; empty at the end.
    func peek() throws(StreamError) -> [UInt8] {
        if ahead.isEmpty {
            var bytes: [UInt8] = []
            _ = try read(into: &bytes, timeout: nil)
            ahead = bytes
        }
        return ahead
    }

    /// Whether a read would not have to wait.
    var isReadable: Bool { !ahead.isEmpty || isAtEnd || (try? isReadable(within: .zero)) ?? true }

    private func accept(_ raw: [UInt8], into output: inout [UInt8]) throws(StreamError) {
        if isSniffed {
            if let inflater { inflater.feed(raw) } else { output += raw }
            return
        }
        head += raw
        guard head.count >= 2 || head[0] != GzipInflater.magic[0] else { return }
        isSniffed = true
        if head.starts(with: GzipInflater.magic) {
            inflater = try GzipInflater(name: name)
            inflater?.feed(head)
        } else {
            output += head
        }
        head = []
    }

    private func readRaw(into raw: inout [UInt8], timeout: Duration?) throws(StreamError) -> Outcome {
        guard try isReadable(within: timeout) else { return .timedOut }
        var count = 0
        var code: Int32 = 0
        raw = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, initialized in
            repeat {
                count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
                code = errno
            } while count < 0 && code == EINTR
            initialized = max(0, count)
        }
        if count < 0 && (code == EAGAIN || code == EWOULDBLOCK) { return .timedOut }
        guard count >= 0 else {
            throw StreamError(.fatal, code: posixName(code), "cannot read \(name): \(posixMessage(code))")
        }
        return count == 0 ? .end : .bytes
    }

    private func isReadable(within timeout: Duration?) throws(StreamError) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let status = Foundation.poll(&request, 1, timeout?.pollMilliseconds ?? -1)
        // An interrupting signal counts as a timeout, so that the caller can look at its stop flag.
        if status < 0 && errno != EINTR {
            let code = errno
            throw StreamError(.fatal, code: posixName(code), "cannot wait for \(name): \(posixMessage(code))")
        }
        return status > 0
    }
}

extension Duration {
    /// Whole milliseconds for poll(2), rounded up so that a short wait does not spin, and bounded.
    var pollMilliseconds: Int32 {
        let milliseconds = Double(components.seconds) * 1000 + Double(components.attoseconds) * 1e-15
        return Int32(min(max(milliseconds.rounded(.up), 0), 1_000_000_000))
    }
}

/// The system's text for an error number.
func posixMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

/// The symbolic name of the error numbers that callers tell apart.
func posixName(_ code: Int32) -> String {
    switch code {
    case EPIPE: "EPIPE"
    case ENOENT: "ENOENT"
    case EACCES: "EACCES"
    case ENOSPC: "ENOSPC"
    case EISDIR: "EISDIR"
    case EROFS: "EROFS"
    default: "ERRNO_\(code)"
    }
}
