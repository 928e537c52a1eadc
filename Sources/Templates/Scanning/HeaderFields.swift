/// A word of a header, or what stands in brackets.
struct HeaderField {
    /// With its brackets and what follows it closely.
    var outer: Range<Int>
    /// The word alone.
    var inner: Range<Int>
    var isBracketed: Bool
}

/// The words at the beginning of a line, one after another.
struct HeaderFields: IteratorProtocol {
    private let line: UnsafeBufferPointer<UInt8>
    /// Behind the field given last.
    private(set) var position = 0
    private var given = 0

    /// A header has no more.
    private static let limit = 14
    /// What is longer in brackets is no field.
    private static let longest = 512

    init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

    /// Begins further on.
    mutating func skip(to position: Int) { self.position = position }

    mutating func next() -> HeaderField? {
        var start = position
        while start < line.count, line[start] == UInt8(ascii: " ") || line[start] == UInt8(ascii: "\t") { start += 1 }
        guard start < line.count, given < Self.limit else { return nil }
        given += 1
        if line[start] == UInt8(ascii: "["), let close = closing(from: start) {
            let isTime = line[start + 1..<close].contains(UInt8(ascii: " ")) && given == 1
            if isTime {
                // `[Sun Dec 04 04:47:44 2005]` is read word by word.
                return word(from: line[(start + 1)..<close].firstIndex { $0 != UInt8(ascii: " ") } ?? start + 1)
            }
            position = close + 1
            while position < line.count, line[position] == UInt8(ascii: ":") { position += 1 }
            return HeaderField(outer: start..<position, inner: (start + 1)..<close, isBracketed: true)
        }
        return word(from: start)
    }

    private mutating func word(from start: Int) -> HeaderField {
        var end = start
        // A bar is a field of its own: `20171223-22:15:29|Step|17|done`.
        if line[start] == UInt8(ascii: "|") {
            end += 1
        } else {
            while end < line.count, !" \t|".utf8.contains(line[end]) { end += 1 }
        }
        position = end
        var inner = start..<end
        while inner.count > 1, let last = line[inner].last, ",:]".utf8.contains(last) {
            inner = start..<(inner.upperBound - 1)
        }
        return HeaderField(outer: start..<end, inner: inner, isBracketed: false)
    }

    private func closing(from start: Int) -> Int? {
        var depth = 0
        for index in start..<min(line.count, start + Self.longest) {
            if line[index] == UInt8(ascii: "[") { depth += 1 }
            if line[index] == UInt8(ascii: "]") {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }
}
