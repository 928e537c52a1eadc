import Foundation

/// Finds out from a model folder how its text is cut: vocab.txt or tokenizer.json, and tokenizer_config.json.
struct TokenizerFiles {
    private struct Config: Decodable {
        var tokenizerClass: String?
        var doLowerCase: Bool?
        var stripAccents: Bool?
        var tokenizeChineseChars: Bool?
        var unkToken: Token?
        var sepToken: Token?
        var padToken: Token?
        var clsToken: Token?
        var maskToken: Token?
    }

    /// A special token: its text, or an object with its text under `content`.
    private struct Token: Decodable {
        var content: String

        private enum Key: String, CodingKey { case content }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                content = text
            } else {
                content = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .content)
            }
        }
    }

    private struct Pipeline: Decodable {
        struct Added: Decodable {
            var id: Int32
            var content: String
        }
        struct Normalizer: Decodable {
            var type: String?
            var lowercase: Bool?
            var stripAccents: Bool?
            var handleChineseChars: Bool?
        }
        struct Model: Decodable {
            var type: String?
            var vocab: [String: Int]?
            var continuingSubwordPrefix: String?
            var unkToken: String?
        }
        var addedTokens: [Added]?
        var normalizer: Normalizer?
        var model: Model

        private enum CodingKeys: String, CodingKey { case addedTokens, normalizer, model }

        /// The model is looked at by type first: other kinds keep their vocabulary in another shape.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            addedTokens = try container.decodeIfPresent([Added].self, forKey: .addedTokens)
            normalizer = try? container.decodeIfPresent(Normalizer.self, forKey: .normalizer)
            struct Kind: Decodable { var type: String? }
            let kind = try container.decode(Kind.self, forKey: .model).type
            model =
                kind == "WordPiece" || kind == nil
                ? try container.decode(Model.self, forKey: .model) : Model(type: kind, vocab: nil)
        }
    }

    /// What sentence-transformers adds: letters may be lowered before the tokenizer sees them.
    private struct Sentence: Decodable {
        var doLowerCase: Bool?
    }

    private let files: ModelFiles
    private let config: Config?
    private let pipeline: Pipeline?
    private let lowersFirst: Bool

    /// Classes that take everything from tokenizer.json, where BERT's take the casing from tokenizer_config.json.
    private static let plainClasses = ["PreTrainedTokenizerFast", "TokenizersBackend"]

    init(_ files: ModelFiles) throws(EmbeddingError) {
        self.files = files
        config = try files.decodeIfPresent(Config.self, "tokenizer_config.json")
        pipeline = try files.decodeIfPresent(Pipeline.self, "tokenizer.json")
        lowersFirst =
            try files.decodeIfPresent(Sentence.self, "sentence_bert_config.json")?.doLowerCase ?? false
        func refuse(_ file: String, _ problem: String) -> EmbeddingError {
            EmbeddingError(
                place: files.path(file),
                problem: problem,
                mend: "Only BERT's WordPiece tokenizer is supported: choose a BERT-family model such as "
                    + "all-MiniLM-L6-v2"
            )
        }
        if let name = config?.tokenizerClass {
            let isPlain = Self.plainClasses.contains(name) && pipeline?.model.type == "WordPiece"
            guard isPlain || ["BertTokenizer", "BertTokenizerFast"].contains(name) else {
                throw refuse("tokenizer_config.json", "the tokenizer is a \(name)")
            }
        }
        guard let pipeline else { return }
        if let type = pipeline.model.type, type != "WordPiece" {
            throw refuse("tokenizer.json", "the tokenizer is of type \(type)")
        }
        if let mark = pipeline.model.continuingSubwordPrefix, mark != "##" {
            throw refuse("tokenizer.json", "pieces within a word begin with \(mark) instead of ##")
        }
        if let type = pipeline.normalizer?.type, type != "BertNormalizer" {
            throw refuse("tokenizer.json", "the text is normalised by \(type)")
        }
    }

    /// The tokenizer that the files describe; one that is not framed has no opening and closing token.
    func makeTokenizer(isFramed: Bool = true) throws(EmbeddingError) -> WordPieceTokenizer {
        let (vocabulary, source) = try readVocabulary()
        func id(_ token: Token?, _ usual: String) throws(EmbeddingError) -> Int32 {
            let name = token?.content ?? usual
            guard let id = vocabulary.id(of: name) else {
                throw EmbeddingError(
                    place: source,
                    problem: "the special token \(name) is not in the vocabulary of \(vocabulary.size)",
                    mend: "Fetch the model again: vocabulary and tokenizer_config.json do not belong together"
                )
            }
            return id
        }
        let unknown = try id(config?.unkToken, pipeline?.model.unkToken ?? "[UNK]")
        let opening = isFramed ? try id(config?.clsToken, "[CLS]") : unknown
        let closing = isFramed ? try id(config?.sepToken, "[SEP]") : unknown
        let normalizer = pipeline?.normalizer
        let isPlain = config?.tokenizerClass.map(Self.plainClasses.contains) ?? false
        func either<Value>(_ config: Value?, _ pipeline: Value?) -> Value? {
            isPlain ? pipeline ?? config : config ?? pipeline
        }
        var normaliser = TextNormaliser(
            lowers: either(config?.doLowerCase, normalizer?.lowercase) ?? true,
            stripsAccents: either(config?.stripAccents, normalizer?.stripAccents),
            splitsIdeographs: either(config?.tokenizeChineseChars, normalizer?.handleChineseChars) ?? true
        )
        if lowersFirst {
            // Whether accents go is still up to the tokenizer.
            normaliser.stripsAccents = normaliser.stripsAccents ?? normaliser.lowers
            normaliser.lowers = true
        }
        return WordPieceTokenizer(
            vocabulary: vocabulary,
            normaliser: normaliser,
            specials: specials(vocabulary),
            unknown: unknown,
            opening: opening,
            closing: closing
        )
    }

    private func specials(_ vocabulary: Vocabulary) -> [WordPieceTokenizer.SpecialToken] {
        if let added = pipeline?.addedTokens {
            return added.filter { $0.id >= 0 && Int($0.id) < vocabulary.size }
                .map { WordPieceTokenizer.SpecialToken(bytes: Array($0.content.utf8), id: $0.id) }
        }
        let named = [config?.unkToken, config?.sepToken, config?.padToken, config?.clsToken, config?.maskToken]
        let usual = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"]
        return zip(named, usual).compactMap { token, usual in
            let name = token?.content ?? usual
            return vocabulary.id(of: name).map { .init(bytes: Array(name.utf8), id: $0) }
        }
    }

    private func readVocabulary() throws(EmbeddingError) -> (Vocabulary, source: String) {
        if files.has("vocab.txt") {
            var lines = Array(try files.bytes("vocab.txt")).split(separator: 0x0A, omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            let tokens = lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
            return (Vocabulary(tokens: tokens), files.path("vocab.txt"))
        }
        guard let entries = pipeline?.model.vocab else {
            throw EmbeddingError(
                place: files.folder.path,
                problem: "there is neither a vocab.txt nor a tokenizer.json with a vocabulary",
                mend: "Fetch the model again, whole"
            )
        }
        let source = files.path("tokenizer.json")
        guard let highest = entries.values.max(), highest < 10_000_000, entries.values.allSatisfy({ $0 >= 0 }) else {
            throw EmbeddingError(
                place: source,
                problem: "the vocabulary's ids are not numbers from nought up",
                mend: "Fetch it again"
            )
        }
        var tokens = [ArraySlice<UInt8>](repeating: [], count: highest + 1)
        for (token, id) in entries { tokens[id] = Array(token.utf8)[...] }
        return (Vocabulary(tokens: tokens), source)
    }
}
