public import Foundation

/// How reports and their parts are written as JSON: UTF-8, names in snake case. Numbers that JSON cannot hold become the
/// texts `NaN`, `Infinity` and `-Infinity`.
public enum StatusJSON {
    /// Writes a report or a part of one.
    public static func encode(_ value: some Encodable, pretty: Bool = false) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return try encoder.encode(value)
    }

    /// Reads what ``encode(_:pretty:)`` wrote.
    public static func decode<Value: Decodable>(_ type: Value.Type, from json: Data) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return try decoder.decode(type, from: json)
    }
}

extension StatusReport {
    /// As ``StatusJSON`` writes.
    public func json(pretty: Bool = false) throws -> Data { try StatusJSON.encode(self, pretty: pretty) }

    /// Reads what ``json(pretty:)`` wrote.
    public init(json: Data) throws { self = try StatusJSON.decode(StatusReport.self, from: json) }
}
