/// One place of a template.
struct TemplatePart: Sendable, Equatable, Codable {
    /// What a line may have here, from narrow to wide.
    enum Kind: Int, Sendable, Codable {
        /// This word alone.
        case word
        /// This mark alone.
        case mark
        /// Names with the same ends.
        case pattern
        /// Values.
        case number
        /// Values and names with digits.
        case text
        /// Values, names and words.
        case open
        /// Whatever is left of the line, at its end.
        case rest

        var isVariable: Bool { rawValue >= Self.number.rawValue }
    }

    var kind: Kind
    /// The word, the mark, the name as it was seen first; empty for variables.
    var text: String
    /// As of ``LineToken/hash``.
    var hash: UInt64
    var isSpaced: Bool
    /// Of a pattern: its kept ends, in bytes.
    var head = 0
    var tail = 0
    /// Of a pattern: the hash of the name that all lines had; nil once two differed.
    var constant: UInt64?
    /// What leads up to it.
    var place = ValuePlace.none
    /// The name of its field, or the word before it, packed.
    var key: UInt64 = 0
    /// Whether the word also stood within a value of the same line.
    var isEchoed = false
    /// Whether it became a word again by a split: it is not widened again for its place alone.
    var isFrozen = false
    /// Of an open part: the words seen.
    var values: ValueSketch?

    /// Lets everything in but marks, and begins to count its words.
    mutating func open() {
        (kind, text, hash, head, tail, constant) = (.open, "", LineToken.variableHash, 0, 0, nil)
        values = ValueSketch()
    }

    /// Lets in what another part lets in; both are variables, or the same word.
    mutating func widen(to other: TemplatePart) {
        if constant != other.constant { constant = nil }
        guard kind.isVariable || other.kind.isVariable else { return }
        if other.kind.isVariable, kind.isVariable { kind = max(kind, other.kind) }
        if kind == .open, values == nil { values = other.values ?? ValueSketch() }
    }

    /// Whether it is the value of a field, or stands alone in quotes; not where that is what the line tells.
    var isInField: Bool {
        place == .quoted || (place == .field && !Words.telling.contains(key))
    }

    var isIdentity: Bool {
        (place == .field || place == .naming) && Words.identities.contains(key)
    }

    /// Whether the field's name says that its value is a name: of somebody, of a machine, of a thing.
    var isNamed: Bool { place == .field && (Words.identities.contains(key) || Words.named.contains(key)) }

    /// Whether a token may stand here as the template is.
    func accepts(_ token: LineToken, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch kind {
        case .word, .mark, .pattern: token.hash == hash && (token.kind == .mark) == (kind == .mark)
        case .number: token.kind.isVariable
        case .text:
            token.kind.isVariable || token.kind == .pattern
                || (token.kind == .word && Words.nothing.contains(bytes[token.range]))
        case .open: token.kind != .mark
        case .rest: true
        }
    }

    /// As it is printed.
    var shown: String {
        switch kind {
        case .word, .mark: text
        case .pattern where constant != nil: text
        case .pattern:
            String(decoding: text.utf8.prefix(head), as: UTF8.self) + "<*>"
                + String(decoding: text.utf8.suffix(tail), as: UTF8.self)
        case .number, .text, .open, .rest: "<*>"
        }
    }
}

/// What leads up to a word, where that says that it is a value.
enum ValuePlace: Int, Sendable, Codable {
    case none
    /// `key=`
    case field
    /// Alone in quotes.
    case quoted
    /// After a word such as `user`.
    case naming
    /// Alone in brackets, or between bars.
    case enclosed
}

/// The words that stood at an open part: a few, and how many lines had others.
struct ValueSketch: Sendable, Equatable, Codable {
    struct Entry: Sendable, Equatable, Codable {
        var hash: UInt64
        var text: String
        var count: Int
    }

    /// As many as are told apart.
    static let limit = 4
    var entries: [Entry] = []
    var others = 0

    mutating func add(_ token: LineToken, in bytes: UnsafeBufferPointer<UInt8>) {
        guard token.kind == .word else {
            others += 1
            return
        }
        if let index = entries.firstIndex(where: { $0.hash == token.hash }) {
            entries[index].count += 1
        } else if entries.count < Self.limit {
            let text = String(decoding: bytes[token.range], as: UTF8.self)
            entries.append(Entry(hash: token.hash, text: text, count: 1))
        } else {
            others += 1
        }
    }

    mutating func add(_ word: TemplatePart, count: Int) {
        guard word.kind == .word else {
            others += count
            return
        }
        if let index = entries.firstIndex(where: { $0.hash == word.hash }) {
            entries[index].count += count
        } else if entries.count < Self.limit {
            entries.append(Entry(hash: word.hash, text: word.text, count: count))
        } else {
            others += count
        }
    }
}
