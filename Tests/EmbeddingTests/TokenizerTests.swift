import Foundation
import TestSupport
import Testing

@testable import Embedding

@Suite("WordPiece tokenizer")
struct TokenizerTests {
    /// Written by Tests/Fixtures/scripts/tokenizer_cases.py with the reference implementation.
    struct Fixture: Decodable {
        struct Options: Decodable {
            var lowercase: Bool
            var stripAccents: Bool?
            var handleChineseChars: Bool?
        }
        struct Normaliser: Decodable {
            var name: String
            var options: Options
            var ids: [[Int32]]
        }
        var vocabulary: [String]
        var texts: [String]
        var normalisers: [Normaliser]
    }

    static func tokenizer(_ vocabulary: [String], _ normaliser: TextNormaliser = TextNormaliser()) -> WordPieceTokenizer
    {
        WordPieceTokenizer(
            vocabulary: Vocabulary(tokens: vocabulary.map { Array($0.utf8)[...] }),
            normaliser: normaliser,
            specials: [.init(bytes: Array("[SEP]".utf8), id: 3)],
            unknown: 1,
            opening: 2,
            closing: 3
        )
    }

    @Test("gives the reference's ids for text from all over Unicode")
    func reference() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let fixture = try decoder.decode(
            Fixture.self,
            from: Data(contentsOf: SharedData.fixture("tokenizer_cases.json"))
        )
        #expect(fixture.normalisers.count == 5)
        for normaliser in fixture.normalisers {
            let options = normaliser.options
            let tokenizer = Self.tokenizer(
                fixture.vocabulary,
                TextNormaliser(
                    lowers: options.lowercase,
                    stripsAccents: options.stripAccents,
                    splitsIdeographs: options.handleChineseChars ?? true
                )
            )
            for (text, ids) in zip(fixture.texts, normaliser.ids) {
                #expect(tokenizer.encode(text, maximum: 1000) == ids, "\(normaliser.name): \(text.debugDescription)")
            }
        }
    }

    static let small = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##want", "##ed", "run", "##n", "##ing", ",", "a"]

    @Test("takes the longest piece first and leaves a word unknown as a whole")
    func greedy() {
        let tokenizer = Self.tokenizer(Self.small)
        #expect(tokenizer.encode("UNwanted, running", maximum: 20) == [2, 4, 5, 6, 10, 7, 8, 9, 3])
        #expect(tokenizer.encode("unwantedX running", maximum: 20) == [2, 1, 7, 8, 9, 3])
    }

    @Test("cuts off at the maximum, closing token included", arguments: 2...9)
    func truncation(maximum: Int) {
        let tokenizer = Self.tokenizer(Self.small)
        let whole = tokenizer.encode("unwanted, running", maximum: 100)
        let ids = tokenizer.encode("unwanted, running", maximum: maximum)
        #expect(ids == Array(whole.dropLast().prefix(maximum - 1)) + [3])
    }

    @Test("takes special tokens as they stand in the text")
    func specials() {
        let tokenizer = Self.tokenizer(Self.small)
        #expect(tokenizer.encode("a[SEP]a [sep]", maximum: 20) == [2, 11, 3, 11, 1, 1, 1, 3])
        #expect(tokenizer.encode("", maximum: 20) == [2, 3])
    }
}
