import Foundation

/// How a ready-made vector is written in a record.
public enum VectorEncoding: String, Sendable, Codable, CaseIterable {
    /// An array of numbers, or text that holds one.
    case json
    /// Base64 (RFC 4648, section 4) of little-endian 32-bit floats.
    case base64
    /// The record's bytes are little-endian 32-bit floats.
    case binary = "f32"
    /// Numbers are a JSON array; text that begins with `[` is a JSON array, other text base64; bytes are text where
    /// they read as one of those and floats where they do not.
    case automatic = "auto"
}

/// Reads the elements of a vector out of a record's value, before they are checked against a space.
enum VectorReader {
    static func read(_ value: FieldValue, encoding: VectorEncoding, dimension: Int) throws(InputRejection) -> [Float] {
        switch value {
        case .numbers(let numbers):
            guard encoding == .json || encoding == .automatic else {
                throw InputRejection(.wrongType, "found an array of numbers; expected \(encoding.rawValue)")
            }
            return numbers.map { Float($0) }
        case .text(let text):
            guard !text.isEmpty else { throw InputRejection(.empty, "the vector is an empty text") }
            return try read(text: text, encoding: encoding)
        case .bytes(let bytes):
            guard !bytes.isEmpty else { throw InputRejection(.empty, "the vector has no bytes") }
            return try read(bytes: bytes, encoding: encoding, dimension: dimension)
        case .fields:
            throw InputRejection(.wrongType, "found \(value.typeName); expected a vector")
        }
    }

    private static func read(text: String, encoding: VectorEncoding) throws(InputRejection) -> [Float] {
        switch encoding {
        case .json: return try json(Data(text.utf8))
        case .base64: return try base64(Data(text.utf8))
        case .binary:
            throw InputRejection(.wrongType, "found text; expected the bytes of little-endian 32-bit floats")
        case .automatic:
            let bytes = Data(text.utf8)
            return firstByte(bytes) == bracket ? try json(bytes) : try base64(bytes)
        }
    }

    private static func read(
        bytes: [UInt8],
        encoding: VectorEncoding,
        dimension: Int
    ) throws(InputRejection) -> [Float] {
        switch encoding {
        case .json: return try json(Data(bytes))
        case .base64: return try base64(Data(bytes))
        case .binary: return try floats(bytes)
        case .automatic:
            // The length of the binary form is known, and text of just that length is the rarer thing by far.
            if bytes.count == 4 * dimension { return try floats(bytes) }
            let data = Data(bytes)
            if firstByte(data) == bracket { return try json(data) }
            if let decoded = Data(base64Encoded: data) { return try floats(Array(decoded)) }
            return try floats(bytes)
        }
    }

    private static let bracket = UInt8(ascii: "[")

    private static func firstByte(_ data: Data) -> UInt8? {
        data.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    }

    private static func json(_ data: Data) throws(InputRejection) -> [Float] {
        do {
            return try JSONDecoder().decode([Double].self, from: data).map { Float($0) }
        } catch {
            throw InputRejection(.malformedVector, "the \(data.count) bytes are not a JSON array of numbers")
        }
    }

    private static func base64(_ data: Data) throws(InputRejection) -> [Float] {
        guard let bytes = Data(base64Encoded: data, options: .ignoreUnknownCharacters), !bytes.isEmpty else {
            throw InputRejection(.malformedVector, "the \(data.count) bytes are not base64")
        }
        return try floats(Array(bytes))
    }

    private static func floats(_ bytes: [UInt8]) throws(InputRejection) -> [Float] {
        guard bytes.count % 4 == 0 else {
            throw InputRejection(.malformedVector, "\(bytes.count) bytes are no whole number of 32-bit floats")
        }
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 4).map { index in
                let bits = raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                return Float(bitPattern: UInt32(littleEndian: bits))
            }
        }
    }
}
