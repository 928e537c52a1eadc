import Foundation

/// JSON lines: text stays text, numbers and booleans are written as JSON writes them, nested values as JSON text,
/// null as an absent column.
final class JSONRows: RowSource {
    private let reader: LineReader
    private var line = 0

    init(_ reader: LineReader) {
        self.reader = reader
    }

    func next() throws(StreamError) -> TabularRow? {
        while case .line(let text) = try reader.next(timeout: nil) {
            line += 1
            if text.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
            guard text.fullLength == nil else { throw malformed("is longer than \(text.bytes.count) bytes") }
            guard let value = try? JSONSerialization.jsonObject(with: Data(text.bytes)) else {
                throw malformed("is not JSON")
            }
            guard let object = value as? [String: Any] else { throw malformed("is JSON but not an object") }
            let names = object.keys.sorted().filter { !(object[$0] is NSNull) }
            return TabularRow(line: line, names: names, fields: names.map { Self.text(object[$0]) })
        }
        return nil
    }

    private static func text(_ value: Any?) -> String {
        guard let value else { return "" }
        if let text = value as? String { return text }
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    private func malformed(_ what: String) -> StreamError {
        StreamError(.fatal, code: "MALFORMED", "\(reader.name), line \(line): \(what)")
    }
}

/// Plain lines.
final class PlainRows: RowSource {
    private let reader: LineReader
    private var line = 0

    init(_ reader: LineReader) {
        self.reader = reader
    }

    func next() throws(StreamError) -> TabularRow? {
        guard case .line(let text) = try reader.next(timeout: nil) else { return nil }
        line += 1
        return TabularRow(line: line, names: ["line"], fields: [String(decoding: text.bytes, as: UTF8.self)])
    }
}
