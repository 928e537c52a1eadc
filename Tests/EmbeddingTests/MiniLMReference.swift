import Foundation
import TestSupport

/// What sentence-transformers makes of forty texts with all-MiniLM-L6-v2 (Tests/Fixtures/minilm_reference.json).
struct MiniLMReference: Decodable {
    struct Case: Decodable, CustomStringConvertible {
        var text: String
        var tokenIds: [Int32]
        var embedding: [Float]
        var description: String { String(text.prefix(40)) }
    }

    var cases: [Case]

    static func load() throws -> MiniLMReference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            MiniLMReference.self,
            from: Data(contentsOf: SharedData.fixture("minilm_reference.json"))
        )
    }
}
