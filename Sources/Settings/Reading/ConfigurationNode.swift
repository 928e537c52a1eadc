/// A piece of configuration with the place that it came from: a YAML node, or the value of an environment variable.
struct ConfigurationNode: Sendable {
    /// How a scalar was written.
    enum Style: Sendable {
        case plain
        /// In quotes, or as a block: always text.
        case quoted
        /// In the environment, where there are no quotes: text or a number, as is needed.
        case environment
    }

    struct Entry: Sendable {
        var key: String
        var place: SettingsPlace
        var value: ConfigurationNode
    }

    enum Kind: Sendable {
        case scalar(String, Style)
        case sequence([ConfigurationNode])
        case mapping([Entry])
    }

    var kind: Kind
    var place: SettingsPlace

    /// YAML 1.1 words, as Yams resolves them.
    private static let booleans: Set<String> = ["true", "false", "yes", "no", "on", "off"]

    /// Whether nothing was given (`key:`, `key: ~`, `key: null`).
    var isNull: Bool {
        guard case .scalar(let text, let style) = kind, style != .quoted else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The characters of a scalar of any style, or nil.
    var scalar: String? {
        guard case .scalar(let text, _) = kind, !isNull else { return nil }
        return text
    }

    /// The scalar where it may be read as a number or a word with a meaning: not quoted.
    var unquoted: String? {
        guard case .scalar(let text, let style) = kind, style != .quoted, !isNull else { return nil }
        return text
    }

    /// The scalar where it is text: quoted, or plain and neither a number nor a truth value.
    var text: String? {
        guard case .scalar(let text, let style) = kind, !isNull else { return nil }
        return style == .plain && (Self.isNumber(text) || Self.booleans.contains(text.lowercased())) ? nil : text
    }

    /// What it is, for an error message.
    var summary: String {
        switch kind {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let text, let style):
            if isNull { return "nothing" }
            let shown = text.count > 60 ? String(text.prefix(57)) + "..." : text
            if style != .quoted, Self.isNumber(text) { return "the number \(shown)" }
            if style == .plain, Self.booleans.contains(text.lowercased()) { return "the truth value \(shown)" }
            return text.isEmpty ? "an empty text" : "the text \"\(shown)\""
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, "+-.0123456789".unicodeScalars.contains(first) else {
            return false
        }
        return Double(text) != nil
    }
}
