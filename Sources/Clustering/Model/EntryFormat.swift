import Foundation

/// The bytes of one entry: a line with the format's name and a checksum, then JSON with sorted keys.
enum EntryFormat {
    /// The name and version of the format.
    static let name = "centroidd-model-1"

    /// Equal values give equal bytes.
    static func encode(_ value: some Encodable, key: String) throws(ClusteringError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let body = try encoder.encode(value)
            return Array("\(name) \(hexadecimal(checksum(body)))\n".utf8) + body
        } catch {
            throw .storedModel("the model's entry \(key) cannot be written: \(error)")
        }
    }

    /// Checks the first line and reads the rest.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        key: String
    ) throws(ClusteringError) -> Value {
        guard let end = bytes.firstIndex(of: 0x0A), end <= 64 else {
            throw .storedModel(
                "the model's entry \(key) does not begin with \"\(name)\": it is damaged or of another kind"
            )
        }
        let header = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
        guard header.count == 2, header[0] == name else {
            throw .storedModel(
                "the model's entry \(key) has the format \"\(header.first ?? "")\", expected \"\(name)\": it was written by"
                    + " another version or program"
            )
        }
        let body = Data(bytes[(end + 1)...])
        guard header[1] == hexadecimal(checksum(body)) else {
            throw .storedModel("the model's entry \(key) fails its checksum: it is truncated or damaged")
        }
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw .storedModel("the model's entry \(key) cannot be read: \(error)")
        }
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// FNV-1a in 64 bits (Fowler, Noll, Vo).
    private static func checksum(_ data: Data) -> UInt64 {
        data.withUnsafeBytes { bytes in
            bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }
}
