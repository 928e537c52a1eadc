/// Whether two lines, or a template and a line, are of one kind although they are not equal.
enum Alignment {
    /// The parts that hold for both, and how well they fit (words that agree less those that had to give way); nil where
    /// they are two kinds of line.
    ///
    /// Two words agree to vary where their place says that they are names (`user=`, after `host`), where both are known
    /// names, or where each also stands in another value of its line; a word and a value where the word looks like one, or
    /// stands in a field or in quotes. At least two words must be the same, and no fewer than give way.
    static func widened(
        _ old: [TemplatePart],
        _ new: [TemplatePart],
        names: Set<UInt64>
    ) -> (parts: [TemplatePart], fit: Int)? {
        guard old.count == new.count else { return nil }
        var (same, changed) = (0, 0)
        for (a, b) in zip(old, new) {
            if a.kind == .mark || b.kind == .mark {
                guard a.kind == b.kind, a.hash == b.hash else { return nil }
            } else if a.kind.isVariable, b.kind.isVariable {
                continue
            } else if a.kind == .open {
                changed += 1
            } else if a.hash == b.hash {
                same += 1
            } else if mayVary(a, b, names: names) {
                changed += 1
            } else {
                return nil
            }
        }
        guard same >= 2, changed <= same else { return nil }
        return (zip(old, new).map(joined), same - changed)
    }

    /// The narrowest part that has both.
    private static func joined(_ a: TemplatePart, _ b: TemplatePart) -> TemplatePart {
        var part = a
        if part.place == .none { (part.place, part.key) = (b.place, b.key) }
        if a.hash == b.hash, a.kind.isVariable == b.kind.isVariable {
            if a.kind.isVariable { part.kind = max(a.kind, b.kind) }
            if a.constant != b.constant { part.constant = nil }
            return part
        }
        let hasWord = a.kind == .word || b.kind == .word
        let isNothing = [a, b].allSatisfy { $0.kind != .word || Words.nothing.contains($0.text.utf8) }
        part.kind = a.kind == .open || (hasWord && !isNothing) ? .open : .text
        (part.hash, part.text, part.head, part.tail, part.constant) = (LineToken.variableHash, "", 0, 0, nil)
        return part
    }

    private static func mayVary(_ a: TemplatePart, _ b: TemplatePart, names: Set<UInt64>) -> Bool {
        if a.isFrozen || b.isFrozen { return false }
        switch (a.kind, b.kind) {
        case (.word, .word):
            if names.contains(a.hash), names.contains(b.hash) { return true }
            return isName(a, b) || (a.isEchoed && b.isEchoed) || (a.isQualified && b.isQualified && isSetApart(a, b))
        // `eth0` and `wlan0`: names with digits are numbered, and so one of many.
        case (.pattern, .pattern): return true
        case (.word, .pattern), (.pattern, .word):
            return isValue(a, b) || (a.kind == .word ? a : b).isCompound
        default:
            // One of them varies already.
            let (variable, other) = a.kind.isVariable ? (a, b) : (b, a)
            if other.kind == .pattern || isValue(a, b) { return true }
            if Words.nothing.contains(other.text.utf8) { return true }
            return variable.kind == .text && (other.isCompound || a.place == .enclosed || b.place == .enclosed)
        }
    }

    /// Whether the place says that both are names: of somebody, of a machine, of a file.
    private static func isName(_ a: TemplatePart, _ b: TemplatePart) -> Bool {
        let place = a.place == .none ? b : a
        switch place.place {
        case .none, .enclosed, .quoted: return false
        case .field: return place.isNamed
        case .naming: return !a.isSpeech && !b.isSpeech && !(a.isInflected && b.isInflected)
        }
    }

    /// Whether the place says that both are values, names or not.
    private static func isValue(_ a: TemplatePart, _ b: TemplatePart) -> Bool {
        isName(a, b) || a.isInField || b.isInField
    }

    /// Whether the place is a value's: a field that does not tell what the line is about, brackets, bars.
    private static func isSetApart(_ a: TemplatePart, _ b: TemplatePart) -> Bool {
        a.isInField || b.isInField || a.place == .enclosed || b.place == .enclosed
    }

    private static func sameHead(_ a: TemplatePart, _ b: TemplatePart) -> Bool {
        a.head > 0 && a.head == b.head && a.text.utf8.prefix(a.head).elementsEqual(b.text.utf8.prefix(b.head))
    }
}

extension TemplatePart.Kind: Comparable {
    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension TemplatePart {
    /// Whether it is put together of several words, as names are and speech is not.
    var isCompound: Bool {
        let bytes = text.utf8.prefix(kind == .pattern ? head : text.utf8.count)
        return bytes.contains { "_-.$@~/\\%#&+*".utf8.contains($0) }
            || (kind == .pattern && bytes.contains { $0.isUppercase })
    }

    /// A name within a name space, such as that of a package: `com.example.shop`.
    var isQualified: Bool {
        let bytes = Array(text.utf8)
        return kind == .word
            && bytes.indices.dropFirst().dropLast().contains { place in
                bytes[place] == UInt8(ascii: ".") && bytes[place - 1].isAlphanumeric && bytes[place + 1].isAlphanumeric
            }
    }

    /// A word of the language that no value is.
    var isSpeech: Bool { kind == .word && Words.common.contains(text.utf8) }

    /// A verb's form, or a name that ends like one.
    var isInflected: Bool { kind == .word && (text.hasSuffix("ed") || text.hasSuffix("ing")) }
}
