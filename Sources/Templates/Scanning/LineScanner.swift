/// Cuts a line into tokens and tells the values in it from the words, in one pass over its bytes.
///
/// Values are what looks like one in anybody's logs: numbers with their units, hexadecimal words, addresses, UUIDs, times
/// and dates, paths and URLs, names of hosts. Names with digits in them keep their ends. Lists, of whatever length, count
/// as one period: `blk_1 blk_2 blk_3` as `blk_1`, `3, 5, 8` as `3`.
public struct LineScanner: Sendable {
    /// Longer lines are cut.
    static let maximumBytes = 8192
    /// Lines with more tokens are cut.
    static let maximumTokens = 384
    /// The longest period of a list, in tokens.
    static let maximumPeriod = 8

    /// Those of the line scanned last.
    var tokens: [LineToken] = []
    /// What lines of one template have in common.
    private(set) var shape: UInt64 = 0

    var variables = 0
    private var dates = 0
    /// The open quote, and how many tokens there were.
    var quote: (byte: UInt8, position: Int, tokens: Int)?
    private let classes = ByteClass.table

    /// A scanner: one a thread, it keeps its memory.
    public init() {
        tokens.reserveCapacity(64)
    }

    /// Cuts a line; what is found stays until the next.
    mutating func scan(_ line: UnsafeBufferPointer<UInt8>) {
        tokens.removeAll(keepingCapacity: true)
        (variables, dates, quote) = (0, 0, nil)
        let bytes = UnsafeBufferPointer(rebasing: line.prefix(Self.maximumBytes))
        classes.withUnsafeBufferPointer { cut(bytes, $0) }
        if dates > 0 { joinDates() }
        if variables > 1 { joinPeriods() }
        shape = tokens.reduce(UInt64(truncatingIfNeeded: tokens.count)) { LineHash.join($0, $1.hash) }
    }

    private mutating func cut(_ bytes: UnsafeBufferPointer<UInt8>, _ classes: UnsafeBufferPointer<ByteClass>) {
        var position = 0
        var flags: LineToken.Flags = []
        while position < bytes.count, tokens.count < Self.maximumTokens {
            let first = classes[Int(bytes[position])]
            if first == .space {
                flags = .spaced
                quote = nil
                position += 1
                continue
            }
            if first == .structure {
                let before = tokens.count
                position = mark(at: position, flags, in: bytes)
                if tokens.count != before { flags = [] }
                continue
            }
            if first == .backslash, let end = Self.escapedQuote(at: position, in: bytes) {
                mark(escaped: position, end, flags, in: bytes)
                (position, flags) = (end, [])
                continue
            }
            let start = position
            var bits: ByteClass = []
            repeat {
                bits.formUnion(classes[Int(bytes[position])])
                position += 1
            } while position < bytes.count && classes[Int(bytes[position])].isDisjoint(with: .boundary)
            if bits.contains(.wide) {
                position = Self.scriptEnd(from: start, to: position, in: bytes)
                bits = Chunk(start: start, end: position, in: bytes).bits.subtracting(.wide)
            }
            // `\"` ends what stands between such quotes.
            if bits.contains(.backslash), position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                var end = position
                while end > start, bytes[end - 1] == UInt8(ascii: "\\") { end -= 1 }
                if end < position {
                    position = end
                    bits = Chunk(start: start, end: end, in: bytes).bits
                }
            }
            if bits.isSubset(of: [.letter, .hexLetter, .dash, .underscore]) {
                word(start, position, flags, in: bytes)
            } else {
                position = chunk(Chunk(start: start, end: position, bits: bits), flags, in: bytes)
            }
            flags = []
        }
    }

    /// One byte that stands for itself; where it closes a quote around one value, the value is marked.
    private mutating func mark(
        at position: Int,
        _ flags: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let byte = bytes[position]
        if byte == UInt8(ascii: "\""), quote == nil, let end = Self.agentEnd(from: position, in: bytes) {
            append(mark: position, position + 1, LineHash.of(byte), flags)
            append(.text, position + 1, end, .quoted)
            append(mark: end, end + 1, LineHash.of(byte), [])
            return end + 1
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            if let open = quote, open.byte == byte {
                quote = nil
                let isApart = position + 1 == bytes.count || !bytes[position + 1].isAlphanumeric
                if isApart, position > open.position + 1 {
                    closeQuote(from: open.tokens, open.position + 1, position, in: bytes)
                }
            } else if quote == nil, position == 0 || !bytes[position - 1].isAlphanumeric {
                quote = (byte, position, tokens.count + 1)
            }
        }
        // `<1 sec`: a bound is part of the number.
        if byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">"), flags.contains(.spaced),
            isBound(at: position + 1, in: bytes)
        {
            return position + 1
        }
        if byte == UInt8(ascii: "["), let end = Self.addressEnd(from: position, in: bytes) {
            append(.text, position, end, flags)
            return end
        }
        if byte == UInt8(ascii: ")"), closesSize(at: position, in: bytes) { return position + 1 }
        // Nothing between brackets that stand apart is an absent value.
        if byte == UInt8(ascii: ")"), position > 1, bytes[position - 1] == UInt8(ascii: "("),
            bytes[position - 2] == UInt8(ascii: " ")
        {
            append(.text, position, position, [])
        }
        append(mark: position, position + 1, LineHash.of(byte), flags)
        return position + 1
    }

    private func isBound(at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var end = start
        while end < bytes.count, bytes[end].isDigit { end += 1 }
        return end > start && (end == bytes.count || bytes[end] != UInt8(ascii: ">"))
    }

    // MARK: - Adding tokens

    mutating func append(mark start: Int, _ end: Int, _ hash: UInt64, _ flags: LineToken.Flags) {
        tokens.append(
            LineToken(kind: .mark, flags: flags, hash: hash, start: Int32(start), end: Int32(end))
        )
    }

    /// A word without digits; after a number its unit, which is part of the value.
    mutating func word(
        _ start: Int,
        _ end: Int,
        _ given: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        var flags = given
        let follows = tokens.last?.kind == .number
        if follows, Words.isUnit(bytes, start, end) {
            tokens[tokens.count - 1].end = Int32(end)
            return
        }
        if bytes[start].isUppercase {
            if Words.isDay(bytes, start, end) {
                flags.insert(.day)
                dates += 1
            } else if follows, end - start <= 4, Words.zones.contains(bytes[start..<end]) {
                flags.insert(.zone)
                dates += 1
            }
        }
        let hash = LineHash.of(bytes, start, end)
        tokens.append(LineToken(kind: .word, flags: flags, hash: hash, start: Int32(start), end: Int32(end)))
    }

    mutating func append(pattern token: LineToken) {
        variables += 1
        tokens.append(token)
    }

    /// A value; one that follows another, or follows it after a comma, is joined to it.
    mutating func append(_ kind: LineToken.Kind, _ start: Int, _ end: Int, _ flags: LineToken.Flags) {
        let last = tokens.count - 1
        if last >= 0, tokens[last].kind.isVariable {
            tokens[last].end = Int32(end)
            if kind == .text { tokens[last].kind = .text }
            return
        }
        if last >= 1, tokens[last].kind == .mark, tokens[last - 1].kind.isVariable,
            isSeparator(tokens[last], before: flags)
        {
            tokens.removeLast()
            tokens[last - 1].end = Int32(end)
            if kind == .text { tokens[last - 1].kind = .text }
            return
        }
        variables += 1
        tokens.append(
            LineToken(kind: kind, flags: flags, hash: LineToken.variableHash, start: Int32(start), end: Int32(end))
        )
    }

    private static let comma = LineHash.of(UInt8(ascii: ","))
    private static let colon = LineHash.of(UInt8(ascii: ":"))

    private func isSeparator(_ mark: LineToken, before flags: LineToken.Flags) -> Bool {
        mark.hash == Self.comma
            || (mark.hash == Self.colon && !flags.contains(.spaced) && !mark.flags.contains(.spaced))
    }
}
