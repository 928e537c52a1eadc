import Streams

/// How the open sessions of a key are stored: a version byte and the number of sessions; for each window, first, last
/// (zigzag), events, the record's topic (length, UTF-8), partition, offset and timestamp (0: none, else zigzag + 1), the
/// counts in order of id (number of them, then id and count), the sequence (length, ids). All numbers are LEB128.
extension [OpenSession] {
    private static var version: UInt8 { 1 }

    /// The bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes.append(varint: UInt64(count))
        for session in self {
            for time in [session.window, session.first, session.last] { bytes.append(varint: time.zigzag) }
            bytes.append(varint: UInt64(session.events))
            let topic = Array<UInt8>(session.origin.source.topic.utf8)
            bytes.append(varint: UInt64(topic.count))
            bytes += topic
            bytes.append(varint: Int64(session.origin.source.partition).zigzag)
            bytes.append(varint: session.origin.offset.zigzag)
            bytes.append(varint: session.origin.timestamp.map { $0.zigzag &+ 1 } ?? 0)
            bytes.append(varint: UInt64(session.counts.count))
            for (event, count) in session.counts.sorted(by: { $0.key < $1.key }) {
                bytes.append(varint: UInt64(event))
                bytes.append(varint: UInt64(count))
            }
            bytes.append(varint: UInt64(session.sequence.count))
            for event in session.sequence { bytes.append(varint: UInt64(event)) }
        }
        return bytes
    }

    /// Reads ``bytes`` back; nil for what is cut or of another version.
    init?(bytes: [UInt8]) {
        var reader = VarintReader(bytes: bytes[...])
        guard reader.byte() == Self.version, let count = reader.count() else { return nil }
        self = []
        for _ in 0..<count {
            guard let session = reader.session() else { return nil }
            append(session)
        }
        guard reader.bytes.isEmpty else { return nil }
    }
}

/// Reads numbers in LEB128.
private struct VarintReader {
    var bytes: ArraySlice<UInt8>

    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func number() -> UInt64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = bytes.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        return nil
    }

    mutating func signed() -> Int64? { number().map { Int64(zigzag: $0) } }

    /// A number of things of a byte or more each, all of which must be there.
    mutating func count() -> Int? {
        guard let number = number(), number <= UInt64(bytes.count) else { return nil }
        return Int(number)
    }

    mutating func session() -> OpenSession? {
        guard let window = signed(), let first = signed(), let last = signed(), let events = number(),
            let length = count()
        else { return nil }
        let topic = String(decoding: bytes.prefix(length), as: UTF8.self)
        bytes = bytes.dropFirst(length)
        guard let partition = signed().flatMap(Int32.init(exactly:)), let offset = signed(), let timestamp = number()
        else { return nil }
        let origin = RecordOrigin(
            source: TopicPartition(topic: topic, partition: partition),
            offset: offset,
            timestamp: timestamp == 0 ? nil : Int64(zigzag: timestamp &- 1)
        )
        var session = OpenSession(window: window, time: first, origin: origin)
        session.last = last
        session.events = Int(clamping: events)
        guard let kinds = count() else { return nil }
        for _ in 0..<kinds {
            guard let event = number().flatMap(Int.init(exactly:)), let count = number().flatMap(Int.init(exactly:))
            else { return nil }
            session.counts[event] = count
        }
        guard let steps = count() else { return nil }
        for _ in 0..<steps {
            guard let event = number().flatMap(Int.init(exactly:)) else { return nil }
            session.sequence.append(event)
        }
        return session
    }
}

extension [UInt8] {
    fileprivate mutating func append(varint number: UInt64) {
        var number = number
        while number > 0x7f {
            append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        append(UInt8(number))
    }
}

extension Int64 {
    /// Small numbers of either sign become small ones.
    fileprivate var zigzag: UInt64 { UInt64(bitPattern: (self << 1) ^ (self >> 63)) }
    fileprivate init(zigzag number: UInt64) { self = Int64(bitPattern: (number >> 1) ^ (0 &- (number & 1))) }
}
