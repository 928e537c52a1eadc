extension [TemplatePart] {
    /// The parts of a line's own template: its words and marks, its values as variables.
    init(_ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>) {
        self = tokens.map { token in
            let isLiteral = !token.kind.isVariable
            var part = TemplatePart(
                kind: .mark,
                text: isLiteral ? String(decoding: bytes[token.range], as: UTF8.self) : "",
                hash: token.hash,
                isSpaced: token.flags.contains(.spaced)
            )
            switch token.kind {
            case .word: part.kind = .word
            case .mark: part.kind = .mark
            case .pattern:
                part.kind = .pattern
                (part.head, part.tail) = (Int(token.head), Int(token.tail))
                // `ssh2` is a word until it is seen to vary; a long number surely will.
                if bytes[token.range].count(where: \.isDigit) <= 2 { part.constant = token.raw }
            case .number: part.kind = .number
            case .text: part.kind = .text
            }
            return part
        }
        for index in indices { locate(index, tokens, in: bytes) }
    }

    private mutating func locate(_ index: Int, _ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>) {
        guard self[index].kind != .mark else { return }
        if tokens[index].flags.contains(.quoted) { self[index].place = .quoted }
        if let key = naming(index, tokens, in: bytes) { (self[index].place, self[index].key) = (.naming, key) }
        // `for alice from 10.0.0.1`: who came from there.
        if index > 0, index + 2 < count, self[index - 1].text == "for", self[index + 1].text == "from",
            self[index + 2].kind.isVariable
        {
            (self[index].place, self[index].key) = (.naming, WordSet.packed("user".utf8))
        }
        if index > 1, self[index - 1].text == "=", self[index - 2].kind == .word || self[index - 2].kind == .pattern {
            (self[index].place, self[index].key) = (.field, Self.key(bytes[tokens[index - 2].range]))
        }
        // `10.0.0.1 - alice [07/Mar/2026:08:15:00 +0000]`: the third field of a web server's access log.
        if index == 2, count > 4, self[1].text == "-", self[3].text == "[", self[4].kind.isVariable {
            (self[index].place, self[index].key) = (.field, WordSet.packed("user".utf8))
        }
        if self[index].place == .none, index > 0, index + 1 < count, ["(", "[", "|"].contains(self[index - 1].text),
            [")", "]", "|"].contains(self[index + 1].text)
        {
            self[index].place = .enclosed
        }
        if self[index].kind == .word, tokens[index].range.count >= 3 {
            let word = bytes[tokens[index].range]
            self[index].isEchoed = tokens.contains { $0.kind.isVariable && bytes[$0.range].holds(word) }
        }
    }

    /// The name of a field, packed: of `containerName` and `queue_name` the last part where that says that the value is a name.
    private static func key(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
        var start = name.startIndex
        for position in name.indices.dropFirst() {
            let (before, byte) = (name[position - 1], name[position])
            if !before.isAlphanumeric || (byte.isUppercase && !before.isUppercase) { start = position }
        }
        let last = WordSet.packed(name[start...])
        return Words.identities.contains(last) || Words.named.contains(last) ? last : WordSet.packed(name)
    }

    /// The word before that says what the name is of: `host web`, `host name (web)`; packed.
    private func naming(_ index: Int, _ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
        var before = index - 1
        if before > 0, self[before].kind == .mark, ["(", "[", "\"", "'"].contains(self[before].text) { before -= 1 }
        // `Account Name: alice`
        let hasColon = before > 0 && self[before].text == ":"
        if hasColon { before -= 1 }
        guard before >= 0, self[before].kind == .word else { return nil }
        let key = WordSet.packed(bytes[tokens[before].range])
        if before == index - 1, Words.naming.contains(key) { return key }
        guard before > 0, self[before - 1].kind == .word, Words.names.contains(key) else { return nil }
        let owner = WordSet.packed(bytes[tokens[before - 1].range])
        return Words.naming.contains(owner) ? owner : nil
    }

    /// The hash of lines that have just these words, and values at the variables.
    var shape: UInt64 {
        reduce(UInt64(truncatingIfNeeded: count)) {
            LineHash.join($0, $1.kind.isVariable ? LineToken.variableHash : $1.hash)
        }
    }

    /// For each word and name, what it has in common with lines that differ from it there alone; longer ones are not
    /// looked at.
    var skeletons: [(position: Int, hash: UInt64)] {
        guard count <= 64 else { return [] }
        func term(_ position: Int, _ hash: UInt64) -> UInt64 {
            LineHash.join(UInt64(truncatingIfNeeded: position + 1) &* 0xD6E8_FEB8_6659_FD93, hash)
        }
        var sum = UInt64(truncatingIfNeeded: count)
        for (position, part) in enumerated() {
            sum &+= term(position, part.kind.isVariable ? LineToken.variableHash : part.hash)
        }
        return indices.filter { self[$0].kind == .word || self[$0].kind == .pattern }.map { position in
            (position, sum &- term(position, self[position].hash) &+ UInt64(truncatingIfNeeded: position))
        }
    }

    /// The hash of the first word, or name where there is none, and of how many parts there are.
    var shelf: UInt64 {
        let first = first { $0.kind == .word } ?? first { $0.kind == .pattern }
        return LineHash.join(UInt64(truncatingIfNeeded: count), first?.hash ?? 0)
    }

    /// How many parts make the beginning that lines of free text have in common: up to the second word, three at least;
    /// nil where nothing much follows.
    var stemCount: Int? {
        var words = 0
        for (position, part) in enumerated() {
            if part.kind == .word || part.kind == .pattern { words += 1 }
            if words >= 2, position >= 2 { return position + 2 < count || last?.kind == .rest ? position + 1 : nil }
        }
        return nil
    }

    /// How many parts at the beginning are the same.
    func beginning(sharedWith other: [TemplatePart]) -> Int {
        zip(self, other).prefix { a, b in
            a.kind.isVariable == b.kind.isVariable && (a.kind.isVariable || a.hash == b.hash)
        }.count
    }

    /// The hash of the first parts.
    func stem(_ count: Int) -> UInt64 {
        prefix(count).reduce(UInt64(truncatingIfNeeded: count)) {
            LineHash.join($0, $1.kind.isVariable ? LineToken.variableHash : $1.hash)
        }
    }

    /// The words, and the beginnings of names, one after another; `value` where there are none.
    var words: String {
        let words = compactMap { part -> String? in
            switch part.kind {
            case .word: part.text
            case .pattern: String(decoding: part.text.utf8.prefix(part.head), as: UTF8.self)
            case .mark, .number, .text, .open, .rest: nil
            }
        }
        let result = words.filter { !$0.isEmpty }.joined(separator: " ")
        return result.contains(where: \.isLetter) ? result : "value"
    }

    /// As a person would write it: words as they are, `<*>` for what varies.
    var shown: String {
        var result = ""
        for part in self {
            if part.isSpaced, !result.isEmpty { result += " " }
            result += part.shown
        }
        return result
    }
}

extension Slice where Base == UnsafeBufferPointer<UInt8> {
    /// Whether `word` stands somewhere in it.
    func holds(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = word.first, word.count <= count else { return false }
        var position = startIndex
        while position + word.count <= endIndex {
            if self[position] == first, self[position..<(position + word.count)].elementsEqual(word) { return true }
            position += 1
        }
        return false
    }
}
