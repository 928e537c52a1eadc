/// What a byte can be part of; a set of bits, so that those of a run of bytes can be joined.
struct ByteClass: OptionSet, Sendable {
    let rawValue: UInt16

    static let digit = ByteClass(rawValue: 1 << 0)
    /// `a`-`f`, `A`-`F`.
    static let hexLetter = ByteClass(rawValue: 1 << 1)
    /// Every other letter, and every byte beyond ASCII.
    static let letter = ByteClass(rawValue: 1 << 2)
    static let dot = ByteClass(rawValue: 1 << 3)
    static let colon = ByteClass(rawValue: 1 << 4)
    static let slash = ByteClass(rawValue: 1 << 5)
    static let backslash = ByteClass(rawValue: 1 << 6)
    static let dash = ByteClass(rawValue: 1 << 7)
    static let underscore = ByteClass(rawValue: 1 << 8)
    /// Punctuation that may stand within a word: `@ ~ # $ % & * + ^ ! ?`.
    static let sign = ByteClass(rawValue: 1 << 9)
    /// White space and control characters.
    static let space = ByteClass(rawValue: 1 << 10)
    /// Brackets, quotes and what separates fields: a token of its own wherever it stands.
    static let structure = ByteClass(rawValue: 1 << 11)

    static let anyLetter: ByteClass = [.hexLetter, .letter]
    static let alphanumeric: ByteClass = [.digit, .hexLetter, .letter]
    /// Begins a letter of three bytes or more, from U+3000 on: mostly of scripts that write words without spaces.
    static let wide = ByteClass(rawValue: 1 << 12)
    /// Ends a run of word bytes.
    static let boundary: ByteClass = [.space, .structure]

    /// The class of each byte.
    static let table: [ByteClass] = (0...255).map { ByteClass(of: UInt8($0)) }

    init(rawValue: UInt16) { self.rawValue = rawValue }

    private init(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): self = .hexLetter
        case UInt8(ascii: "g")...UInt8(ascii: "z"), UInt8(ascii: "G")...UInt8(ascii: "Z"), 128...0xE2: self = .letter
        case 0xE3...255: self = [.letter, .wide]
        case UInt8(ascii: "."): self = .dot
        case UInt8(ascii: ":"): self = .colon
        case UInt8(ascii: "/"): self = .slash
        case UInt8(ascii: "\\"): self = .backslash
        case UInt8(ascii: "-"): self = .dash
        case UInt8(ascii: "_"): self = .underscore
        case 0...32, 127: self = .space
        default: self = "()[]{}<>,;\"'|=`".utf8.contains(byte) ? .structure : .sign
        }
    }
}

extension UInt8 {
    var isUppercase: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isLowercase: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLetter: Bool { isUppercase || isLowercase || self >= 128 }
    var isAlphanumeric: Bool { isDigit || isLetter }
    var isHex: Bool {
        isDigit || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "f"))
    }
}
