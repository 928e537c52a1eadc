import Foundation

/// The bodies of requests and answers, in both protocols. No network here.
struct Wire: Sendable, Equatable {
    var api: RemoteOptions.API
    var model: String?
    var input: RemoteOptions.Input

    private struct OpenAIRequest: Encodable {
        var model: String?
        var input: [String]
        var encodingFormat = "float"
        /// Understood by servers of several modalities (infinity); others pass over it.
        var modality: String?

        enum CodingKeys: String, CodingKey { case model, input, encodingFormat = "encoding_format", modality }
    }

    private struct TEIRequest: Encodable {
        var inputs: [String]
        /// Text that is longer than the model reads is cut there and not refused.
        var truncate = true
    }

    /// A number array, or base64 of little-endian 32-bit floats: servers answer with either.
    private struct Vector: Decodable {
        var elements: [Float]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let elements = try? container.decode([Float].self) {
                self.elements = elements
                return
            }
            let text = try container.decode(String.self)
            guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not base64 of 32-bit floats")
            }
            elements = data.withUnsafeBytes { bytes in
                (0..<bytes.count / 4).map { index in
                    let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                    return Float(bitPattern: UInt32(littleEndian: bits))
                }
            }
        }
    }

    private struct OpenAIAnswer: Decodable {
        struct Item: Decodable {
            var index: Int?
            var embedding: Vector
        }

        var data: [Item]
    }

    /// An answer that does not say what it should.
    struct BadAnswer: Error, Equatable {
        var problem: String
    }

    /// The body of a request for the vectors of `inputs`.
    func body(_ inputs: [String]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        switch api {
        case .openAI:
            let modality = input == .image ? "image" : nil
            return try encoder.encode(OpenAIRequest(model: model, input: inputs, modality: modality))
        case .textEmbeddingsInference: return try encoder.encode(TEIRequest(inputs: inputs))
        }
    }

    /// The vectors of an answer in the order of the `count` inputs: every one of them once, or none.
    func vectors(_ body: Data, count: Int) throws(BadAnswer) -> [[Float]] {
        switch api {
        case .textEmbeddingsInference:
            let rows = try Self.decode([Vector].self, body).map(\.elements)
            guard rows.count == count else {
                throw BadAnswer(problem: "\(rows.count) vectors for \(count) inputs")
            }
            return rows
        case .openAI:
            let items = try Self.decode(OpenAIAnswer.self, body).data
            guard items.count == count else {
                throw BadAnswer(problem: "\(items.count) vectors for \(count) inputs")
            }
            var rows = [[Float]?](repeating: nil, count: count)
            for (place, item) in items.enumerated() {
                let index = item.index ?? place
                guard rows.indices.contains(index), rows[index] == nil else {
                    throw BadAnswer(problem: "the index \(index) twice or out of 0..<\(count)")
                }
                rows[index] = item.embedding.elements
            }
            return rows.compactMap { $0 }
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ body: Data) throws(BadAnswer) -> Value {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            let start = String(decoding: body.prefix(80), as: UTF8.self)
            throw BadAnswer(problem: "an answer that is not the JSON expected, it begins \"\(start)\"")
        }
    }
}

/// What a server says of an error, in whichever of the usual forms.
enum ServerMessage {
    private static let longest = 300

    /// The message of an error's body; its beginning where it is in no known form.
    static func read(_ body: Data) -> String {
        let text = message(in: try? JSONSerialization.jsonObject(with: body)) ?? String(decoding: body, as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.isEmpty ? "no message" : String(line.prefix(longest))
    }

    private static func message(in value: Any?) -> String? {
        if let text = value as? String { return text }
        if let list = value as? [Any] { return message(in: list.first) }
        guard let object = value as? [String: Any] else { return nil }
        for name in ["error", "message", "detail", "msg"] {
            if let found = message(in: object[name]) { return found }
        }
        return nil
    }
}
