import Foundation

/// What is taken out of texts before the model keeps any of them: in labels, representatives, the sample and the
/// nursery.
///
/// The built-in kinds are found in one pass over the bytes; patterns of the operator's own are tried after it, on what
/// is left. Only the beginning of a text is kept at all, so that the cost of a pattern has a bound.
public struct Redaction: Sendable, Equatable {
    /// What can be found without a pattern.
    public enum Kind: String, Sendable, Equatable, Hashable, CaseIterable {
        /// Addresses such as `ada@example.org`.
        case email
        /// Internet addresses of both versions, and hardware addresses.
        case address
        /// Identifiers of the form 8-4-4-4-12.
        case uuid
        /// Six digits or more, or nine and more in groups: account, card and telephone numbers.
        case number
        /// Sixteen hexadecimal digits or more, or eight after `0x`: digests, keys, pointers.
        case hexadecimal

        /// What stands in its place.
        var placeholder: String { "<\(rawValue)>" }
    }

    /// The built-in kinds that are taken out.
    public let kinds: Set<Kind>
    /// The operator's own regular expressions, in the order in which they are applied.
    public let patterns: [String]
    private let expressions: [NSRegularExpression]

    /// Everything that is built in, and nothing else.
    public static let builtIn = Redaction(kinds: Set(Kind.allCases))
    /// Nothing is taken out.
    public static let none = Redaction(kinds: [])
    /// What stands in the place of what a pattern matched.
    static let placeholder = "<redacted>"

    /// Built-in kinds alone.
    public init(kinds: Set<Kind>) {
        self.kinds = kinds
        patterns = []
        expressions = []
    }

    /// Built-in kinds by name, and regular expressions (ICU's syntax) for everything else in `rules`.
    ///
    /// - Throws: ``ClusteringError/unusable(_:)`` for what is neither.
    public init(rules: [String]) throws(ClusteringError) {
        var kinds: Set<Kind> = []
        var patterns: [String] = []
        var expressions: [NSRegularExpression] = []
        for rule in rules {
            if let kind = Kind(rawValue: rule) {
                kinds.insert(kind)
                continue
            }
            do {
                expressions.append(try NSRegularExpression(pattern: rule))
                patterns.append(rule)
            } catch {
                let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw .unusable(
                    "\"\(rule)\" is neither a regular expression nor one of the built-in redactions (\(known)); mend the"
                        + " expression or take it out"
                )
            }
        }
        self.kinds = kinds
        self.patterns = patterns
        self.expressions = expressions
    }

    /// `text` with a placeholder for each match, such as `<email>`.
    public func redacted(_ text: String) -> String {
        var result = kinds.isEmpty ? text : RedactionScanner(kinds: kinds).redacted(text)
        for expression in expressions { result = Self.replace(expression, in: result) }
        return result
    }

    /// The first `limit` bytes (UTF-8) of a redacted text. What lies far beyond them is not looked at.
    public func kept(_ text: String, limit: Int) -> String {
        Terms.cut(redacted(Self.beginning(of: text, limit: 2 * limit + Terms.byteLimit)), limit: limit)
    }

    /// The beginning of a text, without the word that the limit cuts through: half of an address is still an address.
    static func beginning(of text: String, limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let cut = Terms.cut(text, limit: limit)
        guard let end = cut.utf8.lastIndex(where: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }) else { return "" }
        return String(cut[..<end])
    }

    /// What of a text a record may show in the places where lines of its kind vary: the parts of `text` (UTF-8) in
    /// `ranges`, without what the operator's own patterns match and without mail addresses, where these are taken out.
    ///
    /// Numbers, addresses and identifiers stay: they are what such places are there for. Patterns are tried on the whole
    /// text, since what is secret is often told by the word before it, and on each part by itself.
    public func shown(_ ranges: [Range<Int>], of text: UnsafeBufferPointer<UInt8>) -> [String] {
        let hidden = ranges.isEmpty ? [] : hidden(in: text)
        return ranges.map { range in
            var part = ""
            var position = range.lowerBound
            for (match, placeholder) in hidden where match.overlaps(range) && match.upperBound > position {
                if match.lowerBound > position {
                    part += String(decoding: text[position..<match.lowerBound], as: UTF8.self)
                }
                part += placeholder
                position = match.upperBound
            }
            if position < range.upperBound {
                part += String(decoding: text[position..<range.upperBound], as: UTF8.self)
            }
            return expressions.reduce(part) { Self.replace($1, in: $0) }
        }
    }

    /// What a record may show of a member's value, by the same rules. A pattern sees it as `name=value`, since what is
    /// secret is often told by the name alone, and by itself.
    public func shown(_ value: String, called name: String) -> String {
        guard !expressions.isEmpty || (kinds.contains(.email) && value.utf8.contains(0x40)) else { return value }
        var assignment = "\(name)=\(value)"
        return assignment.withUTF8 { shown([($0.count - value.utf8.count)..<$0.count], of: $0)[0] }
    }

    /// The bytes of a text that are a mail address or match a pattern, in order of where they begin, and what stands in the
    /// place of each.
    private func hidden(in bytes: UnsafeBufferPointer<UInt8>) -> [(bytes: Range<Int>, placeholder: String)] {
        var found: [(bytes: Range<Int>, placeholder: String)] = []
        if kinds.contains(.email), bytes.contains(0x40) {
            found += RedactionScanner(kinds: [.email]).matches(in: bytes).map { ($0.bytes, $0.kind.placeholder) }
        }
        guard !expressions.isEmpty else { return found }
        let text = String(decoding: bytes, as: UTF8.self)
        for expression in expressions {
            for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
                guard match.range.length > 0, let range = Range(match.range, in: text) else { continue }
                let begin = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
                let length = text.utf8.distance(from: range.lowerBound, to: range.upperBound)
                found.append((begin..<(begin + length), Self.placeholder))
            }
        }
        return found.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
    }

    private static func replace(_ expression: NSRegularExpression, in text: String) -> String {
        let whole = NSRange(text.startIndex..., in: text)
        let matches = expression.matches(in: text, range: whole).filter { $0.range.length > 0 }
        guard !matches.isEmpty else { return text }
        var result = ""
        var position = text.startIndex
        for match in matches {
            guard let range = Range(match.range, in: text), range.lowerBound >= position else { continue }
            result += text[position..<range.lowerBound]
            result += placeholder
            position = range.upperBound
        }
        return result + text[position...]
    }

    /// Equal kinds and patterns.
    public static func == (a: Redaction, b: Redaction) -> Bool { a.kinds == b.kinds && a.patterns == b.patterns }
}
