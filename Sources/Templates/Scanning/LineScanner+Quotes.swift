// What stands in quotes, and quotes within quotes.

extension LineScanner {
    /// Where `\"` ends, a quote within quotes: one or more backslashes and the quote.
    static func escapedQuote(at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var end = start
        while end < bytes.count, bytes[end] == UInt8(ascii: "\\") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end + 1 : nil
    }

    /// Where the quote ends that begins with the name and version of a program, as browsers name themselves: products and
    /// comments in brackets (RFC 9110, section 10.1.5). The protocol's own name is none.
    static func agentEnd(from start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var position = start + 1
        while position < bytes.count, bytes[position].isAlphanumeric || "._-+!".utf8.contains(bytes[position]) {
            position += 1
        }
        guard position > start + 1, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "/"),
            bytes[position + 1].isDigit, !bytes[(start + 1)..<position].elementsEqual("HTTP".utf8)
        else { return nil }
        return bytes[position...].firstIndex(of: UInt8(ascii: "\""))
    }

    /// A quote within quotes, which closes the one before it.
    mutating func mark(
        escaped start: Int,
        _ end: Int,
        _ flags: LineToken.Flags,
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        let byte = UInt8(ascii: "\\")
        if let open = quote, open.byte == byte {
            quote = nil
            if start > open.position + 1 { closeQuote(from: open.tokens, open.position + 1, start, in: bytes) }
        } else {
            quote = (byte, end - 1, tokens.count + 1)
        }
        append(mark: start, end, LineHash.of(bytes[end - 1]), flags)
    }

    mutating func closeQuote(
        from first: Int,
        _ start: Int,
        _ end: Int,
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        guard first < tokens.count else { return }
        if tokens.count == first + 1 {
            tokens[first].flags.insert(.quoted)
            // `"-"` stands for a value that is absent.
            if end == start + 1, bytes[start] == UInt8(ascii: "-") {
                (tokens[first].kind, tokens[first].hash) = (.text, LineToken.variableHash)
                variables += 1
            }
        } else {
            let removed = tokens[first...].count(where: \.kind.isVariable)
            tokens.removeSubrange(first...)
            variables -= removed
            append(.text, start, end, .quoted)
        }
    }
}
