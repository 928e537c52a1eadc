/// The features of hashed text and their weights, chosen by the v-measure of k-means on public log and title sets.
enum TextFeatures {
    /// A word by itself.
    static let wordWeight: Float = 1
    /// Two words in a row.
    static let pairWeight: Float = 0.5
    /// Three or four symbols in a row within a word, its ends included.
    static let gramWeight: Float = 0.6
    static let gramLengths = 3...4
    /// What the weights of common words, and of pairs with one, are multiplied with.
    static let commonFactor: Float = 0.05

    /// Offers every feature of the words to a table.
    static func collect(_ scanner: WordScanner, into table: inout FeatureTable) {
        scanner.symbols.withUnsafeBufferPointer { symbols in
            var previous: (hash: UInt64, factor: Float)?
            for word in scanner.words {
                let hash = hash(symbols[word.start..<word.end], seed: wordSeed)
                let factor = CommonWords.contains(hash) ? commonFactor : 1
                table.insert(finish(hash), weight: wordWeight * factor)
                if let previous {
                    let pair = finish((previous.hash ^ pairSeed) &* prime ^ hash)
                    table.insert(pair, weight: pairWeight * min(previous.factor, factor))
                }
                previous = (hash, factor)
                if !word.isNumber { collectGrams(symbols, word, gramWeight * factor, into: &table) }
            }
        }
    }

    @inline(__always)
    private static func collectGrams(
        _ symbols: UnsafeBufferPointer<UInt32>,
        _ word: WordScanner.Word,
        _ weight: Float,
        into table: inout FeatureTable
    ) {
        // The ends of a word are symbols of their own, at the places before its first and after its last.
        let (first, end) = (word.start - 1, word.end + 1)
        for length in gramLengths where end - first >= length {
            for start in first...(end - length) {
                var hash = gramSeed
                for index in start..<start + length {
                    let isEnd = index < word.start || index >= word.end
                    hash = (hash ^ UInt64(isEnd ? 0x1F : symbols[index])) &* prime
                }
                table.insert(finish(hash), weight: weight)
            }
        }
    }

    /// The feature of a text that has no other.
    static func hash(whole text: String) -> UInt64 {
        var hash = wordSeed ^ pairSeed
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* prime }
        return finish(hash)
    }

    @inline(__always)
    static func hash(_ symbols: Slice<UnsafeBufferPointer<UInt32>>, seed: UInt64) -> UInt64 {
        var hash = seed
        for symbol in symbols { hash = (hash ^ UInt64(symbol)) &* prime }
        return hash
    }

    static let wordSeed: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let pairSeed: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let gramSeed: UInt64 = 0x5851_F42D_4C95_7F2D
    private static let prime: UInt64 = 0x9FB2_1C65_1E98_DF25

    /// Spreads the entropy over all bits, since both the element and the sign are cut out of them.
    @inline(__always)
    private static func finish(_ hash: UInt64) -> UInt64 {
        let z = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return z ^ (z >> 32)
    }
}
