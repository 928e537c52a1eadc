import Embedding
import Foundation
import Streams

/// Turns a record's bytes into an event of an entity, or says why it cannot.
struct EventDecoder: Sendable {
    /// Bytes of the longest name of an entity.
    static let longestKey = 1024

    let options: EntityOptions
    /// A value with more bytes is rejected.
    let maximumBytes: Int

    func decode(_ record: Record) -> Result<EntityEvent, InputRejection> {
        Result { () throws(InputRejection) in
            guard let value = record.value else {
                throw InputRejection(.tombstone, "the value is null (a tombstone); there is no event in it")
            }
            guard value.count <= maximumBytes else {
                throw InputRejection(
                    .tooLarge,
                    "the value has \(value.count) bytes, more than input.maximum_record (\(maximumBytes) bytes)"
                )
            }
            let document = options.readsValue ? try document(value) : .null
            return EntityEvent(
                key: try key(of: record, document),
                time: try time(of: record, document),
                contributions: try options.aggregates.map { aggregate throws(InputRejection) in
                    try Self.contribution(to: aggregate, document)
                }
            )
        }
    }

    private func document(_ value: [UInt8]) throws(InputRejection) -> JSONValue {
        guard !value.isEmpty else { throw InputRejection(.empty, "the value is empty") }
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(value))
        } catch {
            throw InputRejection(.malformedJSON, "the value is not JSON: \(RecordDecoder.reason(error))")
        }
    }

    private func key(of record: Record, _ document: JSONValue) throws(InputRejection) -> [UInt8] {
        guard !options.field.isEmpty else {
            guard let key = record.key else {
                throw InputRejection(.missingField, "the record has no key; name the entity's field in entity.field")
            }
            return try checked(key, "the record's key")
        }
        let name = options.field.joined(separator: ".")
        switch document.value(at: options.field) {
        case nil, .null:
            throw InputRejection(.missingField, "there is no field \"\(name)\", which names the entity")
        case .string(let text): return try checked(Array(text.utf8), "field \"\(name)\"")
        case .number(let number): return try checked(Array(Self.text(of: number).utf8), "field \"\(name)\"")
        case .large(let number): return try checked(Array(String(number).utf8), "field \"\(name)\"")
        case .boolean(let flag): return Array((flag ? "true" : "false").utf8)
        case .some(let other):
            throw InputRejection(.wrongType, "field \"\(name)\" is \(other.typeName); a name or a number is expected")
        }
    }

    private func checked(_ key: [UInt8], _ what: String) throws(InputRejection) -> [UInt8] {
        guard !key.isEmpty else { throw InputRejection(.empty, "\(what), which names the entity, is empty") }
        guard key.count <= Self.longestKey else {
            throw InputRejection(
                .tooLarge,
                "\(what), which names the entity, has \(key.count) bytes; at most \(Self.longestKey) are kept"
            )
        }
        return key
    }

    private func time(of record: Record, _ document: JSONValue) throws(InputRejection) -> Int64 {
        guard !options.time.isEmpty else {
            if let timestamp = record.timestamp { return timestamp }
            guard options.needsTime else { return 0 }
            throw InputRejection(.missingField, "the record has no timestamp; name the event's field in entity.time")
        }
        let name = options.time.joined(separator: ".")
        guard let value = document.value(at: options.time), value != .null else {
            throw InputRejection(.missingField, "there is no field \"\(name)\", which holds the event's time")
        }
        guard let time = EventTime.milliseconds(value) else { throw EventTime.rejection(of: name) }
        return time
    }

    private static func contribution(
        to aggregate: EntityAggregate,
        _ document: JSONValue
    ) throws(InputRejection) -> EntityEvent.Contribution {
        guard !aggregate.field.isEmpty else { return .number(1) }
        guard let value = document.value(at: aggregate.field), value != .null else { return .absent }
        switch aggregate.function {
        case .count: return .number(1)
        case .distinct: return .token(StableHash.mixed(try text(of: value, aggregate).utf8))
        default: return .number(try number(of: value, aggregate))
        }
    }

    /// A number, a truth value as 0 or 1, or text that is a number.
    private static func number(of value: JSONValue, _ aggregate: EntityAggregate) throws(InputRejection) -> Double {
        let name = aggregate.field.joined(separator: ".")
        switch value {
        case .number(let number): return number
        case .large(let number): return Double(number)
        case .boolean(let flag): return flag ? 1 : 0
        case .string(let text):
            guard let number = Double(text) else { break }
            guard number.isFinite else { throw InputRejection(.notFinite, "field \"\(name)\" is \(text)") }
            return number
        default: break
        }
        throw InputRejection(.wrongType, "field \"\(name)\" is \(value.typeName) and no number")
    }

    private static func text(of value: JSONValue, _ aggregate: EntityAggregate) throws(InputRejection) -> String {
        switch value {
        case .string(let text): return text
        case .number(let number): return text(of: number)
        case .large(let number): return String(number)
        case .boolean(let flag): return flag ? "true" : "false"
        default:
            let name = aggregate.field.joined(separator: ".")
            throw InputRejection(.wrongType, "field \"\(name)\" is \(value.typeName); a single value is expected")
        }
    }

    /// Whole numbers without a fraction, as they stand in most documents.
    private static func text(of number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? "\(number)"
    }
}
