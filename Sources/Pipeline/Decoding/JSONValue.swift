import Embedding
import Foundation

/// A JSON document, decoded by Foundation's parser, in which a field can be looked up by path.
enum JSONValue: Decodable, Sendable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    /// A whole number that a 64-bit float would round, such as an identifier.
    case large(Int64)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Double.self) {
            // From 2^53 on neighbouring whole numbers are the same float.
            let exact = abs(value) < 0x1p53 ? nil : try? container.decode(Int64.self)
            self = exact.map(JSONValue.large) ?? .number(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else {
            self = .null
        }
    }

    /// The value at a path of object keys; nil where a key is absent.
    func value(at path: [String]) -> JSONValue? {
        var current = self
        for key in path {
            guard case .object(let members) = current, let next = members[key] else { return nil }
            current = next
        }
        return current
    }

    /// A number's value, in 64 bits; nil for what is none.
    var number: Double? {
        switch self {
        case .number(let number): number
        case .large(let number): Double(number)
        default: nil
        }
    }

    /// The JSON type's name, for error messages.
    var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number, .large: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension FeatureValue {
    /// The same value as a field of a record.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .boolean(let truth): self = .boolean(truth)
        case .number(let number): self = .number(number)
        case .large(let number): self = .number(Double(number))
        case .string(let text): self = .text(text)
        case .array(let elements): self = .list(elements.map(FeatureValue.init))
        case .object(let members): self = .object(members.mapValues(FeatureValue.init))
        }
    }
}
