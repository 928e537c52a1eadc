/// A piece of one line: a word, a mark, or a value that varies from line to line.
struct LineToken: Sendable, Equatable {
    enum Kind: UInt8, Sendable, Codable {
        /// A word that is part of what the program says.
        case word
        /// Brackets, quotes, separators and what ends a sentence.
        case mark
        /// A name with digits in it, such as `blk_17` or `eth0`: its ends are kept, what is between them varies.
        case pattern
        /// A number, an address, a time, a hash: digits in the main.
        case number
        /// A path, an address of the web, the name of a host, a quoted value.
        case text

        var isVariable: Bool { self == .number || self == .text }
    }

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8
        /// White space stands before it.
        static let spaced = Flags(rawValue: 1)
        /// Stands alone between quotes.
        static let quoted = Flags(rawValue: 2)
        /// A weekday or a month.
        static let day = Flags(rawValue: 4)
        /// A time zone.
        static let zone = Flags(rawValue: 8)
        /// Follows `key =`.
        static let field = Flags(rawValue: 16)
    }

    var kind: Kind
    var flags: Flags = []
    /// What it counts as in the line's shape: equal for all variables, for patterns with the same ends, for equal words.
    var hash: UInt64
    /// A hash of its bytes where it is a pattern.
    var raw: UInt64 = 0
    /// Its bytes in the line.
    var start: Int32
    var end: Int32
    /// Of a pattern, how many bytes are kept at its beginning and at its end.
    var head: Int32 = 0
    var tail: Int32 = 0

    /// What every variable counts as.
    static let variableHash: UInt64 = 0x5D1C_9B0A_7E3F_2461

    var range: Range<Int> { Int(start)..<Int(end) }
    /// The part of it that varies.
    var varying: Range<Int> {
        kind == .pattern ? Int(start + head)..<max(Int(start + head), Int(end - tail)) : range
    }
}

/// The hash of words and shapes: eight bytes at a time, the same on every machine.
enum LineHash {
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Joins the hash of the next token to that of a sequence.
    @inline(__always)
    static func join(_ hash: UInt64, _ next: UInt64) -> UInt64 {
        let mixed = (hash ^ next) &* factor
        return mixed ^ (mixed >> 29)
    }

    /// The hash of some bytes.
    @inline(__always)
    static func of(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var hash = UInt64(truncatingIfNeeded: end - start) &* factor
        var position = start
        while position + 8 <= end {
            hash = join(hash, UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            position += 8
        }
        guard position < end else { return hash }
        // The last bytes, with some before them where there are eight.
        if end - start >= 8 {
            return join(hash, UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: end - 8, as: UInt64.self)))
        }
        var rest: UInt64 = 0
        while position < end {
            rest = rest << 8 | UInt64(raw[position])
            position += 1
        }
        return join(hash, rest)
    }

    /// The hash of one byte alone.
    @inline(__always)
    static func of(_ byte: UInt8) -> UInt64 { join(factor, UInt64(byte)) }
}
