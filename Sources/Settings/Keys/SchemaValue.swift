/// A piece of JSON with its keys in the order in which they were written.
enum SchemaValue: Sendable, Equatable {
    case text(String)
    case number(Double)
    case boolean(Bool)
    case array([SchemaValue])
    case members([Member])

    struct Member: Sendable, Equatable {
        var name: String
        var value: SchemaValue
    }

    static func object(_ members: [(String, SchemaValue)]) -> SchemaValue {
        .members(members.map { Member(name: $0.0, value: $0.1) })
    }

    /// Text of this form.
    static func pattern(_ expression: String) -> SchemaValue {
        .object([("type", .text("string")), ("pattern", .text(expression))])
    }

    /// The same object with more members.
    func adding(_ more: [(String, SchemaValue)]) -> SchemaValue {
        guard case .members(let members) = self else { return self }
        return .members(members + more.map { Member(name: $0.0, value: $0.1) })
    }

    /// JSON, two spaces a level.
    func json(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number):
            return number == number.rounded() && abs(number) < 9e18 ? "\(Int64(number))" : "\(number)"
        case .boolean(let flag): return flag ? "true" : "false"
        case .array(let values): return "[" + values.map { $0.json(indent: inner) }.joined(separator: ", ") + "]"
        case .members(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { inner + Self.quoted($0.name) + ": " + $0.value.json(indent: inner) }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : $0 == "\n" ? "\\n" : String($0) }.joined() + "\""
    }
}
