/// English words that say little of what a text is about: articles, pronouns, auxiliaries, prepositions, conjunctions.
enum CommonWords {
    private static let list = """
        a an the and or but if then else of to in on at by for with from into as is are was were be been being am do \
        does did doing done have has had having i you he she it we they me him her us them my your his its our their \
        this that these those there here what which who whom how when where why not no nor can could will would shall \
        should may might must so than too very just about up down out over under again only own same such all any both \
        each few more most other some use used using get getting between via without while also because until through \
        during before after above below off once s t d ll m re ve don
        """

    /// Hashes of the words, each at the place that its low bits name or at the next free ones.
    private static let table: [UInt64] = {
        var table = [UInt64](repeating: 0, count: 1024)
        for word in list.split(whereSeparator: \.isWhitespace) {
            let symbols = word.unicodeScalars.map(\.value)
            let hash = symbols.withUnsafeBufferPointer { TextFeatures.hash($0[...], seed: TextFeatures.wordSeed) }
            var index = place(hash)
            while table[index] != 0 { index = (index + 1) & 1023 }
            table[index] = hash
        }
        return table
    }()

    @inline(__always)
    private static func place(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash >> 40) & 1023
    }

    /// Whether a word, by its hash, is in the list.
    @inline(__always)
    static func contains(_ hash: UInt64) -> Bool {
        table.withUnsafeBufferPointer { table in
            var index = place(hash)
            while table[index] != 0 {
                if table[index] == hash { return true }
                index = (index + 1) & 1023
            }
            return false
        }
    }
}
