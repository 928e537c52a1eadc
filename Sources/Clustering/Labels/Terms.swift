/// Splits text into the terms that labels are made of.
enum Terms {
    /// Words that say nothing of a cluster.
    static let stopWords: Set<String> = [
        "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
        "can",
        "could", "did", "do", "does", "for", "from", "get", "got", "had", "has", "have", "he", "her", "his", "how", "i",
        "if",
        "im", "in", "into", "is", "it", "its", "just", "me", "my", "no", "not", "of", "on", "or", "our", "out", "rt",
        "she",
        "should", "so", "some", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
        "those", "to",
        "too", "up", "us", "use", "using", "via", "was", "we", "were", "what", "when", "where", "which", "who", "why",
        "will",
        "with", "would", "you", "your", "http", "https", "www", "com",
    ]

    /// The most bytes of a text that are looked at.
    static let byteLimit = 512

    /// The terms of `text` in order: runs of letters and digits (inside them also `_`, `-`, `.` and `'`) of 2 to 32
    /// bytes, in lower case, without those of which half or more is no letter, without stop words, and without what
    /// stands in the place of redacted text.
    static func split(_ text: String) -> [String] {
        var terms: [String] = []
        scan(text) { term, _ in terms.append(term) }
        return terms
    }

    /// Counts the terms of `text`, each for `weight`; where `pairs` is true also every two that follow each other.
    static func count(_ text: String, pairs: Bool, weight: Double, into counts: inout [String: Double]) {
        var last = ""
        scan(text) { term, follows in
            counts[term, default: 0] += weight
            if pairs, follows { counts["\(last) \(term)", default: 0] += weight }
            last = term
        }
    }

    /// Visits the terms of `text` in order. `follows` says whether nothing but white space lies between a term and the
    /// one before it.
    private static func scan(_ text: String, _ visit: (_ term: String, _ follows: Bool) -> Void) {
        var text = text
        text.withUTF8 { bytes in
            var word = Word()
            var index = 0
            while index < bytes.count {
                // A word that the limit cuts through is not a term.
                if index >= byteLimit { return }
                let byte = bytes[index]
                if byte == 0x3C, let end = placeholder(bytes, index) {
                    word.finish(visit)
                    word.follows = false
                    index = end
                    continue
                }
                word.take(byte, visit)
                index += 1
            }
            word.finish(visit)
        }
    }

    /// The end of a placeholder of ``Redaction`` that begins at `start`.
    private static func placeholder(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
        let rest = bytes[start...]
        for name in placeholders where rest.starts(with: name) { return start + name.count }
        return nil
    }

    private static let placeholders = ([Redaction.placeholder] + Redaction.Kind.allCases.map(\.placeholder)).map {
        Array($0.utf8)
    }

    /// The word that is being read.
    private struct Word {
        var bytes: [UInt8] = []
        var letters = 0
        /// Whether a term came before with nothing but white space since.
        var follows = false

        mutating func take(_ byte: UInt8, _ visit: (String, Bool) -> Void) {
            switch byte {
            case 0x61...0x7A, 0x80...0xFF:
                letters += 1
                bytes.append(byte)
            case 0x41...0x5A:
                letters += 1
                bytes.append(byte | 0x20)
            case 0x30...0x39: bytes.append(byte)
            case 0x2D, 0x2E, 0x27, 0x5F:
                if bytes.isEmpty { follows = false } else { bytes.append(byte) }
            default:
                finish(visit)
                if byte != 0x20 && byte != 0x09 { follows = false }
            }
        }

        mutating func finish(_ visit: (String, Bool) -> Void) {
            guard !bytes.isEmpty else { return }
            var isCut = false
            while let last = bytes.last, last == 0x2D || last == 0x2E || last == 0x27 || last == 0x5F {
                bytes.removeLast()
                isCut = true
            }
            var isTerm = letters > 0 && bytes.count >= 2 && bytes.count <= 32 && 2 * letters > bytes.count
            if isTerm {
                let term = String(decoding: bytes, as: UTF8.self)
                isTerm = !stopWords.contains(term)
                if isTerm { visit(term, follows) }
            }
            follows = isTerm && !isCut
            bytes.removeAll(keepingCapacity: true)
            letters = 0
        }
    }

    /// The first `limit` bytes of `text`, cut before the character that would not fit.
    static func cut(_ text: String, limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
