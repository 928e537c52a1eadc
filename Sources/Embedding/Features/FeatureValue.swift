/// A value of a record's fields, as JSON or a table has it.
public enum FeatureValue: Sendable, Equatable {
    /// Nothing: the field counts as missing.
    case null
    /// True or false.
    case boolean(Bool)
    /// A number.
    case number(Double)
    /// Text.
    case text(String)
    /// A list, which no field is read from.
    case list([FeatureValue])
    /// Fields within the field.
    case object([String: FeatureValue])

    /// The value of a table's cell: empty cells and the usual words for nothing are missing, the rest is text, in which
    /// numbers are found where a field asks for one.
    public init(cell: String) {
        let nothing = ["", "na", "n/a", "nan", "null", "none", "nil"]
        self = nothing.contains(cell.lowercased()) ? .null : .text(cell)
    }

    /// The type's name, for error messages.
    var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .text: "text"
        case .list: "an array"
        case .object: "an object"
        }
    }
}

extension [String: FeatureValue] {
    /// The value at a dotted path, `customer.country`; a key that holds the dots itself comes first. Nil where there is
    /// none.
    func value(at path: String) -> FeatureValue? {
        if let whole = self[path] { return whole }
        guard path.contains(".") else { return nil }
        var current = FeatureValue.object(self)
        for key in path.split(separator: ".") {
            guard case .object(let members) = current, let next = members[String(key)] else { return nil }
            current = next
        }
        return current
    }
}
