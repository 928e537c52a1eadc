package import Embedding
import Foundation
package import Streams
import Templates

/// Finds a record's keys and its time, or says why it cannot.
package struct SessionDecoder: Sendable {
    /// Bytes of the longest key.
    static let longestKey = 1024
    /// A line with more keys is an event of the first of them.
    static let mostKeys = 64

    let options: SessionOptions
    private let expression: NSRegularExpression?

    /// A pattern that is no regular expression finds nothing: it was refused where the configuration was read.
    package init(options: SessionOptions) {
        self.options = options
        guard case .pattern(let pattern) = options.key else {
            expression = nil
            return
        }
        expression = try? NSRegularExpression(pattern: pattern)
    }

    /// - Parameter line: what the record's decoder made of its value.
    package func decode(_ record: Record, line: String) -> Result<SessionEvent, InputRejection> {
        Result { () throws(InputRejection) in
            let document = options.readsValue ? try document(record.value ?? []) : .null
            return SessionEvent(
                keys: try keys(of: record, line, document),
                time: try time(of: record, line, document)
            )
        }
    }

    private func document(_ value: [UInt8]) throws(InputRejection) -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(value))
        } catch {
            throw InputRejection(.malformedJSON, "the value is not JSON: \(RecordDecoder.reason(error))")
        }
    }

    private func keys(of record: Record, _ line: String, _ document: JSONValue) throws(InputRejection) -> [[UInt8]] {
        switch options.key {
        case .record:
            guard let key = record.key, !key.isEmpty else {
                throw InputRejection(
                    .missingField,
                    "the record has no key; name the session's field in session.field, or a session.pattern"
                )
            }
            return [try checked(key)]
        case .field(let path):
            let name = path.joined(separator: ".")
            switch document.value(at: path) {
            case .string(let text) where !text.isEmpty: return [try checked(Array(text.utf8))]
            case .number(let number):
                return [try checked(Array((Int64(exactly: number).map(String.init) ?? "\(number)").utf8))]
            case .large(let number): return [try checked(Array(String(number).utf8))]
            case .boolean(let flag): return [Array((flag ? "true" : "false").utf8)]
            case nil, .null, .string:
                throw InputRejection(.missingField, "there is no field \"\(name)\", which names the session")
            case .some(let other):
                throw InputRejection(
                    .wrongType,
                    "field \"\(name)\", which names the session, is \(other.typeName); a name or a number is expected"
                )
            }
        case .pattern: return try found(in: line)
        }
    }

    private func found(in line: String) throws(InputRejection) -> [[UInt8]] {
        guard let expression else { return [] }
        var keys: [[UInt8]] = []
        let whole = NSRange(line.startIndex..., in: line)
        for match in expression.matches(in: line, range: whole) where keys.count < Self.mostKeys {
            let group = match.numberOfRanges > 1 && match.range(at: 1).location != NSNotFound ? 1 : 0
            guard let range = Range(match.range(at: group), in: line), !range.isEmpty else { continue }
            let key = try checked(Array(line[range].utf8))
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    private func checked(_ key: [UInt8]) throws(InputRejection) -> [UInt8] {
        guard key.count <= Self.longestKey else {
            throw InputRejection(
                .tooLarge,
                "the session's key has \(key.count) bytes; at most \(Self.longestKey) are kept"
            )
        }
        return key
    }

    private func time(of record: Record, _ line: String, _ document: JSONValue) throws(InputRejection) -> Int64 {
        guard !options.time.isEmpty else {
            if let time = record.timestamp { return time }
            var line = line
            if let time = line.withUTF8({ LineClock.milliseconds(of: $0) }) { return time }
            throw InputRejection(
                .missingField,
                "the record has no timestamp, and its line does not begin with a time; name the event's field in "
                    + "session.time"
            )
        }
        let name = options.time.joined(separator: ".")
        guard let value = document.value(at: options.time), value != .null else {
            throw InputRejection(.missingField, "there is no field \"\(name)\", which holds the event's time")
        }
        guard let time = EventTime.milliseconds(value) else { throw EventTime.rejection(of: name) }
        return time
    }
}
