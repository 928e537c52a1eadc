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
    /// bytes, in lower case, without those of which half or more is no letter, and without stop words.
    static func split(_ text: String) -> [String] {
        var terms: [String] = []
        var word: [UInt8] = []
        var letters = 0
        func finish() {
            while let last = word.last, last == 0x2D || last == 0x2E || last == 0x27 || last == 0x5F {
                word.removeLast()
            }
            if letters > 0, word.count >= 2, word.count <= 32, 2 * letters > word.count {
                let term = String(decoding: word, as: UTF8.self)
                if !stopWords.contains(term) { terms.append(term) }
            }
            word.removeAll(keepingCapacity: true)
            letters = 0
        }
        var count = 0
        for byte in text.utf8 {
            count += 1
            if count > byteLimit { break }
            switch byte {
            case 0x61...0x7A, 0x80...0xFF:
                letters += 1
                word.append(byte)
            case 0x41...0x5A:
                letters += 1
                word.append(byte | 0x20)
            case 0x30...0x39: word.append(byte)
            case 0x2D, 0x2E, 0x27, 0x5F: if word.isEmpty { continue } else { word.append(byte) }
            default: finish()
            }
        }
        // A word that the limit cut through is not a term.
        if count <= byteLimit { finish() }
        return terms
    }

    /// The first `limit` bytes of `text`, cut before the character that would not fit.
    static func cut(_ text: String, limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
