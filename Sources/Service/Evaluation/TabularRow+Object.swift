import Embedding
import Streams

extension TabularRow {
    /// The row as a JSON object (UTF-8).
    ///
    /// - Parameters:
    ///   - excluded: columns that are left out.
    ///   - isTable: whether the row comes from a table: cells that stand for nothing become null. Otherwise it was a
    ///     JSON object before, and nested values are taken over as they are.
    func object(without excluded: Set<String>, isTable: Bool) -> [UInt8] {
        var result: [UInt8] = [UInt8(ascii: "{")]
        for (name, cell) in zip(names, fields) where !excluded.contains(name) {
            if result.count > 1 { result.append(UInt8(ascii: ",")) }
            Self.quote(name, into: &result)
            result.append(UInt8(ascii: ":"))
            if isTable, FeatureValue(cell: cell) == .null {
                result += "null".utf8
            } else if !isTable, let first = cell.utf8.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                result += cell.utf8
            } else {
                Self.quote(cell, into: &result)
            }
        }
        result.append(UInt8(ascii: "}"))
        return result
    }

    /// Text as JSON writes it (RFC 8259, section 7).
    private static func quote(_ text: String, into result: inout [UInt8]) {
        result.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: result += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\""))
    }
}
