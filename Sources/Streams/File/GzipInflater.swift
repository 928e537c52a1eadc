import CZlib

/// Inflates a gzip stream (RFC 1952) piece by piece, concatenated members included.
final class GzipInflater {
    /// The two bytes every gzip member begins with.
    static let magic: [UInt8] = [0x1f, 0x8b]

    private let name: String
    private var stream = z_stream()
    private var input: [UInt8] = []
    private var consumed = 0
    /// Whether the last member ended and none followed yet.
    private var isBetweenMembers = false

    /// - Parameter name: the file's name, for messages.
    init(name: String) throws(StreamError) {
        self.name = name
        // 16 + MAX_WBITS: expect a gzip header and verify its CRC.
        let status = inflateInit2_(
            &stream,
            16 + MAX_WBITS,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            throw StreamError(.fatal, code: "ZLIB_\(status)", "\(name): zlib could not be started")
        }
    }

    deinit {
        inflateEnd(&stream)
    }

    /// Whether all input handed over was used.
    var needsInput: Bool { consumed == input.count }

    /// Hands over compressed bytes; call only when ``needsInput``.
    func feed(_ bytes: [UInt8]) {
        input = bytes
        consumed = 0
    }

    /// Inflates what fits into `capacity` bytes and appends it. An empty result with ``needsInput`` asks for more.
    /// - Throws: ``StreamError`` where the data is damaged or followed by something else than gzip.
    func inflate(into output: inout [UInt8], capacity: Int) throws(StreamError) {
        if isBetweenMembers {
            // Padding with zeros after the last member is customary (tar, tape) and holds nothing.
            while consumed < input.count, input[consumed] == 0 { consumed += 1 }
            guard consumed < input.count else { return }
            guard inflateReset(&stream) == Z_OK else { throw damaged("cannot begin another member") }
            isBetweenMembers = false
        }
        var status = Z_OK
        let room = output.count
        output.append(contentsOf: repeatElement(0, count: capacity))
        let available = input.count - consumed
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress.map { $0 + consumed }
                stream.avail_in = UInt32(available)
                stream.next_out = target.baseAddress.map { $0 + room }
                stream.avail_out = UInt32(capacity)
                status = CZlib.inflate(&stream, Z_NO_FLUSH)
            }
        }
        consumed += available - Int(stream.avail_in)
        output.removeLast(Int(stream.avail_out))
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isBetweenMembers = true
        default: throw damaged(stream.msg.map { String(cString: $0) } ?? "zlib status \(status)")
        }
    }

    /// Call at the end of the file: a member must not be left unfinished.
    func finish() throws(StreamError) {
        if !isBetweenMembers { throw damaged("ends in the middle of a gzip member: the file is truncated") }
    }

    private func damaged(_ reason: String) -> StreamError {
        StreamError(.fatal, code: "GZIP", "\(name): damaged gzip data: \(reason)")
    }
}
