/// Cuts text into words of lowered symbols; the memory is used again from text to text.
///
/// A word is a run of letters, digits and combining marks; an ideograph or a symbol such as an emoji is a word of its
/// own. Words that are numbers, in decimal or hexadecimal, become the single symbol `0`, and digits within other words
/// are masked in the same way.
struct WordScanner {
    struct Word {
        var start: Int
        var end: Int
        var isNumber: Bool
    }

    /// The symbols of all words, one after another.
    private(set) var symbols: [UInt32] = []
    /// Where each word lies in ``symbols``.
    private(set) var words: [Word] = []
    private var start = 0
    private var hasDigit = false

    private static let zero = UInt32(UInt8(ascii: "0"))

    /// For each ASCII byte the symbol that it stands for, or 0 where it separates words.
    private static let ascii: [UInt8] = (0..<128).map { (byte: UInt8) -> UInt8 in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte + 32
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): return byte
        default: return 0
        }
    }

    /// Replaces the words in hand by those of `text`.
    mutating func scan(_ text: String) {
        symbols.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        start = 0
        hasDigit = false
        var text = text
        let isASCII = text.withUTF8 { bytes in Self.ascii.withUnsafeBufferPointer { scan(bytes, $0) } }
        if !isASCII { scanScalars(text) }
    }

    /// Returns false, with nothing scanned, where a byte is not ASCII.
    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ table: UnsafeBufferPointer<UInt8>) -> Bool {
        var all: UInt8 = 0
        for byte in bytes { all |= byte }
        guard all < 0x80 else { return false }
        for byte in bytes {
            let symbol = table[Int(byte)]
            if symbol == 0 { endWord() } else { take(UInt32(symbol)) }
        }
        endWord()
        return true
    }

    private mutating func scanScalars(_ text: String) {
        for scalar in text.lowercased().unicodeScalars {
            if scalar.isASCII {
                let symbol = Self.ascii[Int(scalar.value)]
                if symbol == 0 { endWord() } else { take(UInt32(symbol)) }
                continue
            }
            let properties = scalar.properties
            switch properties.generalCategory {
            case .otherLetter where properties.isIdeographic, .otherSymbol, .mathSymbol, .currencySymbol:
                endWord()
                take(scalar.value)
                endWord()
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                .nonspacingMark, .spacingMark, .enclosingMark, .letterNumber, .otherNumber:
                take(scalar.value)
            case .decimalNumber:
                take(Self.zero)
            default:
                endWord()
            }
        }
        endWord()
    }

    @inline(__always)
    private mutating func take(_ symbol: UInt32) {
        symbols.append(symbol)
        if symbol &- Self.zero < 10 { hasDigit = true }
    }

    @inline(__always)
    private mutating func endWord() {
        guard symbols.count > start else { return }
        if hasDigit { maskDigits() }
        words.append(Word(start: start, end: symbols.count, isNumber: hasDigit && symbols.count == start + 1))
        start = symbols.count
        hasDigit = false
    }

    private mutating func maskDigits() {
        let prefixed = symbols.count > start + 2 && symbols[start] == Self.zero && symbols[start + 1] == 0x78
        let hexadecimal = symbols[(prefixed ? start + 2 : start)...].allSatisfy { symbol in
            symbol &- Self.zero < 10 || symbol &- 0x61 < 6
        }
        var end = start
        if hexadecimal {
            symbols[end] = Self.zero
            end += 1
        } else {
            var inDigits = false
            for index in start..<symbols.count {
                let isDigit = symbols[index] &- Self.zero < 10
                if !(isDigit && inDigits) {
                    symbols[end] = isDigit ? Self.zero : symbols[index]
                    end += 1
                }
                inDigits = isDigit
            }
        }
        symbols.removeLast(symbols.count - end)
    }
}
