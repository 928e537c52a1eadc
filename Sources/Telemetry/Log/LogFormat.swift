import Logging

/// How a log line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `level=info msg="model adopted" version=42`.
    case logfmt
    /// One JSON object a line.
    case json

    /// A line without its newline. Metadata is ordered by key; a key that collides with the line's own fields gets an
    /// underscore behind it. Without `timestamp` (the journal has its own) the line has no `ts`.
    func line(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata,
        label: String,
        timestamp: Int64?
    ) -> String {
        var fields: [(String, Logger.MetadataValue)] = []
        if let timestamp { fields.append(("ts", .string(Timestamp.text(timestamp)))) }
        fields += [("level", .string(level.rawValue)), ("msg", .string(message)), ("logger", .string(label))]
        let reserved: Set<String> = ["ts", "level", "msg", "logger"]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            fields.append((reserved.contains(key) ? key + "_" : key, value))
        }
        switch self {
        case .logfmt: return fields.map(Self.logfmtField).joined(separator: " ")
        case .json: return Self.json(fields)
        }
    }

    private static func logfmtField(_ key: String, _ value: Logger.MetadataValue) -> String {
        let name = String(key.map { $0.isWhitespace || $0 == "=" || $0 == "\"" ? "_" : $0 })
        switch value {
        case .string(let text): return name + "=" + logfmtValue(text)
        case .stringConvertible(let value): return name + "=" + logfmtValue(value.description)
        case .array, .dictionary: return name + "=" + quoted(json(value))
        }
    }

    /// Bare where a reader needs no quotes to find the end.
    private static func logfmtValue(_ text: String) -> String {
        let isBare = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3d }
        return isBare && !text.contains("\\") ? text : quoted(text)
    }

    private static func json(_ fields: [(String, Logger.MetadataValue)]) -> String {
        "{" + fields.map { quoted($0.0) + ":" + json($0.1) }.joined(separator: ",") + "}"
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): jsonScalar(value)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let values): json(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
    }

    /// Numbers and booleans stay what they are; all else is text.
    private static func jsonScalar(_ value: any CustomStringConvertible) -> String {
        switch value {
        case let number as any BinaryInteger: return "\(number)"
        case let number as Double where number.isFinite: return "\(number)"
        case let number as Float where number.isFinite: return "\(number)"
        case let flag as Bool: return flag ? "true" : "false"
        default: return quoted(value.description)
        }
    }

    /// A JSON string (RFC 8259, section 7); control characters, line separators included, are escaped, so that one
    /// message stays on one line.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
