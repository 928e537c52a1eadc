/// A run of bytes without white space or structure.
struct Chunk {
    var start: Int
    var end: Int
    /// The classes of its bytes.
    var bits: ByteClass

    init(start: Int, end: Int, bits: ByteClass) {
        (self.start, self.end, self.bits) = (start, end, bits)
    }

    /// Reads the bytes once more, for a part of a longer run.
    init(start: Int, end: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        self.init(start: start, end: end, bits: [])
        for position in start..<end {
            bits.formUnion(ByteClass.table[Int(bytes[position])])
        }
    }
}

extension LineScanner {
    /// What a run of bytes that are not letters alone is; the position to go on at.
    mutating func chunk(
        _ given: Chunk,
        _ flags: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var position = given.end
        var end = given.end
        while end > given.start + 1, Self.endsSentence(bytes[end - 1]) { end -= 1 }
        let chunk = end == given.end ? given : Chunk(start: given.start, end: end, in: bytes)
        if !chunk.bits.isDisjoint(with: [.slash, .backslash]), Self.isPath(chunk, in: bytes) {
            if end == given.end { position = pathEnd(chunk, in: bytes) }
            append(.text, chunk.start, max(position == given.end ? end : position, end), flags)
        } else {
            value(chunk, flags, in: bytes)
        }
        if end < given.end { append(mark: end, given.end, LineHash.of(bytes, end, given.end), []) }
        return position
    }

    private static func endsSentence(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
    }

    /// The query of a URL goes on beyond `=`.
    private func pathEnd(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var end = chunk.end
        guard bytes[chunk.start..<chunk.end].contains(UInt8(ascii: "?")) else { return end }
        while end < bytes.count,
            bytes[end] == UInt8(ascii: "=")
                || ByteClass.table[Int(bytes[end])].isDisjoint(with: .boundary)
        { end += 1 }
        return end
    }

    /// Words, names with digits, numbers; cut at colons and at rows of dots.
    private mutating func value(_ chunk: Chunk, _ flags: LineToken.Flags, in bytes: UnsafeBufferPointer<UInt8>) {
        if chunk.bits.contains(.digit), chunk.bits.isDisjoint(with: .anyLetter) {
            return append(number: chunk, flags, in: bytes)
        }
        if chunk.bits.contains(.sign), Self.isMailAddress(chunk, in: bytes) {
            return append(.text, chunk.start, chunk.end, flags)
        }
        if chunk.bits.contains(.dot) {
            if let dots = Self.rowOfDots(chunk, in: bytes) { return cut(chunk, at: dots, flags, in: bytes) }
            if !chunk.bits.contains(.colon), Self.isHost(chunk, in: bytes) {
                return append(.text, chunk.start, chunk.end, flags)
            }
        }
        if chunk.bits.contains(.colon), !Self.isHexadecimal(chunk, in: bytes),
            let colon = bytes[chunk.start..<chunk.end].firstIndex(of: UInt8(ascii: ":"))
        {
            return cut(chunk, at: colon..<(colon + 1), flags, in: bytes)
        }
        guard chunk.bits.contains(.digit) else { return word(chunk.start, chunk.end, flags, in: bytes) }
        if Self.isHexadecimal(chunk, in: bytes) || Self.isRandom(chunk, in: bytes) {
            return append(.number, chunk.start, chunk.end, flags)
        }
        pattern(chunk, flags, in: bytes)
    }

    /// Digits and punctuation: a sign before them is part of the number, but `#` and the like are too.
    private mutating func append(
        number chunk: Chunk,
        _ flags: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        if chunk.bits.contains(.dot), let dots = Self.rowOfDots(chunk, in: bytes) {
            return cut(chunk, at: dots, flags, in: bytes)
        }
        if bytes[chunk.start] == UInt8(ascii: ":") {
            return cut(chunk, at: chunk.start..<(chunk.start + 1), flags, in: bytes)
        }
        append(.number, chunk.start, chunk.end, flags)
    }

    private mutating func cut(
        _ chunk: Chunk,
        at mark: Range<Int>,
        _ flags: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        if mark.lowerBound > chunk.start {
            part(chunk.start, mark.lowerBound, flags, in: bytes)
        }
        let isFirst = mark.lowerBound == chunk.start
        // Rows of dots fill a line up: how many there are means nothing.
        append(
            mark: mark.lowerBound,
            mark.upperBound,
            LineHash.of(bytes, mark.lowerBound, min(mark.upperBound, mark.lowerBound + 3)),
            isFirst ? flags : []
        )
        if mark.upperBound < chunk.end { part(mark.upperBound, chunk.end, [], in: bytes) }
    }

    private mutating func part(
        _ start: Int,
        _ end: Int,
        _ flags: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        let part = Chunk(start: start, end: end, in: bytes)
        if !part.bits.isDisjoint(with: [.slash, .backslash]), Self.isPath(part, in: bytes) {
            append(.text, start, end, flags)
        } else {
            value(part, flags, in: bytes)
        }
    }

    private static func rowOfDots(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var position = chunk.start
        while position + 1 < chunk.end {
            if bytes[position] == UInt8(ascii: "."), bytes[position + 1] == UInt8(ascii: ".") {
                var end = position
                while end < chunk.end, bytes[end] == UInt8(ascii: ".") { end += 1 }
                return position..<end
            }
            position += 1
        }
        return nil
    }
}
