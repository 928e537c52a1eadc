public import Embedding
import Foundation
public import Streams

/// How a record's value is laid out.
public enum InputFormat: String, Sendable, CaseIterable {
    /// UTF-8 text: the whole value is the field.
    case text
    /// A JSON object: the field is found by its path. A features space takes all that it has, whatever the format.
    case json
    /// A vector: JSON array, base64 or raw little-endian 32-bit floats.
    case vector
    /// Bytes as they are, such as those of an image file.
    case bytes
}

/// Turns a record's bytes into what a space reads, or says why it cannot.
public struct RecordDecoder: Sendable {
    /// How values are laid out.
    public var format: InputFormat
    /// The path of the field, such as `["event", "message"]`; used with ``InputFormat/json``, where an empty path
    /// takes the whole document as text. Where records are lines of logs, an empty path takes the message, wherever
    /// loggers write it (``MessageField``).
    public var field: [String]
    /// What else of a JSON record goes with its assignment; nil: nothing.
    public var context: ContextOptions?
    /// A value with more bytes is rejected as ``Embedding/InputRejection/Code/tooLarge``.
    public var maximumBytes: Int
    private let space: any Space

    /// A decoder for one space. `field` is a dotted path, used with ``InputFormat/json``.
    public init(
        space: any Space,
        format: InputFormat,
        field: String? = nil,
        context: ContextOptions? = nil,
        maximumBytes: Int = 1 << 20
    ) {
        self.space = space
        self.format = format
        self.context = context
        self.field = field.map { $0.split(separator: ".").map(String.init) } ?? []
        self.maximumBytes = maximumBytes
    }

    /// Decodes one record.
    public func decode(_ record: Record) -> Result<SpaceInput, InputRejection> {
        decodeWithContext(record).map(\.input)
    }

    /// Decodes one record, and what else it says.
    func decodeWithContext(_ record: Record) -> Result<(input: SpaceInput, context: RecordContext?), InputRejection> {
        Result { () throws(InputRejection) in
            guard let value = record.value else {
                throw InputRejection(.tombstone, "the value is null (a tombstone); there is nothing to embed")
            }
            guard value.count <= maximumBytes else {
                throw InputRejection(
                    .tooLarge,
                    "the value has \(value.count) bytes, more than input.maximum_record (\(maximumBytes) bytes)"
                )
            }
            guard !value.isEmpty else { throw InputRejection(.empty, "the value is empty") }
            let found = try fieldValue(value)
            return (try space.input(from: found.value), found.context)
        }
    }

    private func fieldValue(_ value: [UInt8]) throws(InputRejection) -> (value: FieldValue, context: RecordContext?) {
        if space.layout != nil { return (.fields(try fields(value)), nil) }
        return switch format {
        case .text: (.text(try text(value)), nil)
        case .vector, .bytes: (.bytes(value), nil)
        case .json: try jsonField(value)
        }
    }

    private func text(_ value: [UInt8]) throws(InputRejection) -> String {
        guard let text = String(validating: value, as: UTF8.self) else {
            throw InputRejection(.invalidUTF8, "the value is not valid UTF-8")
        }
        return text
    }

    /// The fields of a record: of the whole JSON object, or of the one within it that the path names.
    ///
    /// - Throws: ``Embedding/InputRejection`` where the value is no such object.
    public func fields(_ value: [UInt8]) throws(InputRejection) -> [String: FeatureValue] {
        let document = try document(value)
        let name = field.joined(separator: ".")
        guard let found = field.isEmpty ? document : document.value(at: field) else {
            throw InputRejection(.missingField, "there is no field \"\(name)\" in \(document.typeName)")
        }
        guard case .object(let members) = found else {
            let place = field.isEmpty ? "the value" : "field \"\(name)\""
            throw InputRejection(.wrongType, "\(place) is \(found.typeName); an object with fields is expected")
        }
        return members.mapValues(FeatureValue.init)
    }

    private func document(_ value: [UInt8]) throws(InputRejection) -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(value))
        } catch {
            throw InputRejection(.malformedJSON, "the value is not JSON: \(Self.reason(error))")
        }
    }

    private func jsonField(_ value: [UInt8]) throws(InputRejection) -> (value: FieldValue, context: RecordContext?) {
        let document = try document(value)
        let path = field.isEmpty && space.isMined ? try MessageField.path(in: document) : field
        let context = context.map { RecordContext(of: document, text: path, options: $0) }
        // Without a field the whole document is the text.
        return (path.isEmpty ? .text(try text(value)) : try fieldValue(of: document, at: path), context)
    }

    private func fieldValue(of document: JSONValue, at path: [String]) throws(InputRejection) -> FieldValue {
        let name = path.joined(separator: ".")
        guard let found = document.value(at: path) else {
            throw InputRejection(.missingField, "there is no field \"\(name)\" in \(document.typeName)")
        }
        switch found {
        case .string(let text): return .text(text)
        case .array(let elements):
            var numbers: [Double] = []
            numbers.reserveCapacity(elements.count)
            for element in elements {
                guard let number = element.number else {
                    throw InputRejection(.wrongType, "field \"\(name)\" is an array that holds \(element.typeName)")
                }
                numbers.append(number)
            }
            return .numbers(numbers)
        default:
            throw InputRejection(
                .wrongType,
                "field \"\(name)\" is \(found.typeName); a string or an array of numbers is expected"
            )
        }
    }

    static func reason(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
        let detail = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
        return detail ?? context.debugDescription
    }
}
