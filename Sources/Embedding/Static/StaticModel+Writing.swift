public import Foundation
import Kernels

extension StaticModel {
    /// A model of `tokens`, each with a vector, that cuts text as `tokenizer` does.
    ///
    /// Elements are rounded to 16 bits, as they are written: what is read again is the same.
    init(tokens: [String], vectors: Matrix, tokenizer: WordPieceTokenizer) {
        let vocabulary = Vocabulary(tokens: tokens.map { Array($0.utf8)[...] })
        let unknown = Int32(tokens.firstIndex(of: tokenizer.unknownToken) ?? 0)
        self.tokenizer = WordPieceTokenizer(
            vocabulary: vocabulary,
            normaliser: tokenizer.normaliser,
            specials: Self.specials(tokens, unknown: tokenizer.unknownToken)
                .map { .init(bytes: Array($0.token.utf8), id: Int32($0.id)) },
            unknown: unknown,
            opening: unknown,
            closing: unknown
        )
        var rounded = vectors
        for index in rounded.storage.indices {
            rounded.storage[index] = Safetensors.half(Safetensors.half(of: rounded.storage[index]))
        }
        self.vectors = rounded
        rows = nil
        weights = nil
        normalises = true
        maximumTokens = Self.usualLimit
        medianLength = vocabulary.medianLength
        fingerprint = Self.fingerprint(rounded)
    }

    private static func fingerprint(_ vectors: Matrix) -> UInt64 {
        let data = Self.tensors(vectors)
        return (try? Safetensors(path: "", data: data))?.fingerprint() ?? 0
    }

    private static func specials(_ tokens: [String], unknown: String) -> [(token: String, id: Int)] {
        ["[PAD]", unknown].compactMap { name in tokens.firstIndex(of: name).map { (name, $0) } }
    }

    private static func tensors(_ vectors: Matrix) -> Data {
        let bytes = 2 * vectors.storage.count
        let header =
            #"{"embeddings":{"dtype":"F16","shape":[\#(vectors.rows),\#(vectors.columns)],"data_offsets":[0,\#(bytes)]}}"#
        // Elements begin at a multiple of eight bytes.
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        var data = Data(capacity: 8 + padded.utf8.count + bytes)
        withUnsafeBytes(of: UInt64(padded.utf8.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: padded.utf8)
        let halves = vectors.storage.map { Safetensors.half(of: $0).littleEndian }
        halves.withUnsafeBytes { data.append(contentsOf: $0) }
        return data
    }

    /// The files of the model's folder in Model2Vec's layout, by name; `source` is what it was made of, for people.
    ///
    /// - Throws: ``EmbeddingError`` where tokens share vectors: such a model is not written.
    public func files(source: String, pooling: String) throws -> [(name: String, data: Data)] {
        guard rows == nil, weights == nil else {
            throw EmbeddingError(
                place: source,
                problem: "tokens share vectors",
                mend: "Copy the folder that the model was read from"
            )
        }
        func json(_ value: Any) throws -> Data {
            try JSONSerialization.data(withJSONObject: value, options: [.prettyPrinted, .sortedKeys])
        }
        let config: [String: Any] = [
            "model_type": "model2vec", "architectures": ["StaticModel"], "tokenizer_name": source,
            "apply_pca": dimension, "sif_coefficient": Distillation.smoothing, "hidden_dim": dimension,
            "seq_length": 1_000_000, "normalize": true, "pooling": pooling, "max_length": Self.usualLimit,
            "embedding_dtype": "float16",
        ]
        let modules: [[String: Any]] = [
            ["idx": 0, "name": "0", "path": ".", "type": "sentence_transformers.models.StaticEmbedding"],
            ["idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"],
        ]
        return [
            ("model.safetensors", Self.tensors(vectors)), ("tokenizer.json", try json(tokenizerObject)),
            ("modules.json", try json(modules)), ("config.json", try json(config)),
        ]
    }

    /// The tokenizer in the layout of Hugging Face's tokenizers.
    private var tokenizerObject: [String: Any] {
        let tokens = tokenizer.vocabulary.tokens.map { String(decoding: $0, as: UTF8.self) }
        let unknown = tokenizer.unknownToken
        let vocabulary = Dictionary(tokens.enumerated().map { ($1, $0) }) { first, _ in first }
        let added: [[String: Any]] = Self.specials(tokens, unknown: unknown).map { token, id in
            [
                "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            ]
        }
        let normaliser = tokenizer.normaliser
        return [
            "version": "1.0", "truncation": NSNull(), "padding": NSNull(), "added_tokens": added,
            "normalizer": [
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": normaliser.splitsIdeographs,
                "strip_accents": normaliser.stripsAccents.map { $0 as Any } ?? NSNull(),
                "lowercase": normaliser.lowers,
            ] as [String: Any],
            "pre_tokenizer": ["type": "BertPreTokenizer"], "post_processor": NSNull(),
            "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true] as [String: Any],
            "model": [
                "type": "WordPiece", "unk_token": unknown, "continuing_subword_prefix": "##",
                "max_input_chars_per_word": WordPieceTokenizer.longestWord, "vocab": vocabulary,
            ] as [String: Any],
        ]
    }
}
