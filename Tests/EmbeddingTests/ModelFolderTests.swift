import Embedding
import Foundation
import Kernels
import Testing

@Suite("A model folder")
struct ModelFolderTests {
    static let texts = ["red green", "blueish", "a A green red blue", "purple"]

    static func vectors(_ model: TinyModel, metric: Metric = .cosine) throws -> Matrix {
        try model.withFolder { folder in
            try TransformerTextSpace(folder: folder, metric: metric).makeLane().embed(texts.map { .text($0) })
        }
    }

    /// The error that loading the model ends in.
    static func error(_ model: TinyModel, maximumTokens: Int? = nil) throws -> EmbeddingError? {
        try model.withFolder { folder in
            do throws(EmbeddingError) {
                _ = try TransformerTextSpace(folder: folder, maximumTokens: maximumTokens)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("gives the same vectors in every type of weights and under either name of its tensors")
    func types() throws {
        let expected = try Self.vectors(TinyModel())
        for row in 0..<4 { #expect(abs(VectorMath.norm(Array(expected[row: row])) - 1) < 1e-5) }
        #expect(try Self.vectors(TinyModel(type: "F16")) == expected)
        #expect(try Self.vectors(TinyModel(type: "BF16")) == expected)
        #expect(try Self.vectors(TinyModel(prefix: "bert.")) == expected)
    }

    @Test("decides on pooling, length and normalisation")
    func pooling() throws {
        let mean = try Self.vectors(TinyModel())
        var model = TinyModel()
        model.extra["1_Pooling/config.json"] = #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#
        let cls = try Self.vectors(model)
        #expect(largestDifference(mean.storage, cls.storage) > 1e-3)
        // Where the model does not normalise, the Euclidean metric keeps the length.
        model.extra["modules.json"] = """
            [{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """
        var plain = try Self.vectors(model, metric: .euclidean)
        #expect(abs(VectorMath.norm(Array(plain[row: 0])) - 1) > 1e-3)
        VectorMath.normaliseRows(&plain)
        #expect(largestDifference(plain.storage, cls.storage) < 1e-6)
    }

    func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? 0
    }

    @Test("decides on casing and on the most tokens")
    func tokenizer() throws {
        var model = TinyModel()
        try model.withFolder { folder in
            let space = try TransformerTextSpace(folder: folder)
            #expect(space.tokenIDs(of: "A RED blueish") == [2, 10, 5, 7, 8, 3])
        }
        model.extra["tokenizer_config.json"] = #"{"do_lower_case": false, "cls_token": {"content": "[MASK]"}}"#
        model.extra["sentence_bert_config.json"] = #"{"max_seq_length": 5}"#
        try model.withFolder { folder in
            let space = try TransformerTextSpace(folder: folder)
            #expect(space.tokenIDs(of: "A RED") == [4, 9, 1, 3])
            #expect(space.tokenIDs(of: "red red red red red") == [4, 5, 5, 5, 3])
            #expect(try TransformerTextSpace(folder: folder, maximumTokens: 3).tokenIDs(of: "red red") == [4, 5, 3])
        }
    }

    @Test("may keep its vocabulary in tokenizer.json alone")
    func tokenizerJSON() throws {
        let entries = TinyModel.vocabulary.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
        var model = TinyModel()
        model.extra["tokenizer.json"] = #"{"normalizer": null, "model": {"type": "WordPiece", "vocab": {\#(entries)}}}"#
        let ids = try model.withFolder { folder in
            try FileManager.default.removeItem(atPath: folder + "/vocab.txt")
            return try TransformerTextSpace(folder: folder).tokenIDs(of: "red blueish")
        }
        #expect(ids == [2, 5, 7, 8, 3])
    }

    @Test("names itself by its weights and by what changes its vectors")
    func identity() throws {
        func identity(_ model: TinyModel, _ metric: Metric = .cosine) throws -> String {
            try model.withFolder { try TransformerTextSpace(folder: $0, metric: metric).identity }
        }
        let usual = try identity(TinyModel())
        #expect(try identity(TinyModel()) == usual)
        #expect(try identity(TinyModel(damage: { $0[$0.count - 1] ^= 1 })) != usual)
        #expect(try identity(TinyModel(), .euclidean) != usual)
    }

    @Test("is refused by name where it is of another kind")
    func unsupported() throws {
        for (key, value) in [
            ("model_type", "roberta"), ("hidden_act", "swish"), ("position_embedding_type", "relative_key"),
        ] {
            var model = TinyModel()
            model.config[key] = value
            let error = try #require(try Self.error(model))
            #expect(error.place.hasSuffix("config.json") && error.problem.contains(value) && !error.mend.isEmpty)
        }
        for (name, text, expected) in [
            ("tokenizer_config.json", #"{"tokenizer_class": "RobertaTokenizer"}"#, "RobertaTokenizer"),
            ("tokenizer.json", #"{"model": {"type": "Unigram", "vocab": [["a", 0.5]]}}"#, "Unigram"),
            ("modules.json", #"[{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]"#, "Dense"),
            (
                "1_Pooling/config.json", #"{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}"#,
                "pooling"
            ),
        ] {
            let error = try #require(try Self.error(TinyModel(extra: [name: text])))
            #expect(error.place.hasSuffix(name) && error.problem.contains(expected))
        }
    }

    @Test(
        "is refused where a JSON file is damaged",
        arguments: [
            "config.json", "tokenizer.json", "tokenizer_config.json", "modules.json", "sentence_bert_config.json",
        ]
    )
    func damagedJSON(name: String) throws {
        for text in ["", "{\"model\": ", "[1, 2, 3]", "\u{0}"] {
            let error = try #require(try Self.error(TinyModel(extra: [name: text])), "\(name): \(text)")
            #expect(error.place.hasSuffix(name))
        }
    }

    @Test("is refused where sizes do not fit")
    func sizes() throws {
        for (key, value) in [
            ("num_attention_heads", 3), ("hidden_size", 0), ("num_hidden_layers", -1), ("vocab_size", 5),
        ] {
            var model = TinyModel()
            model.config[key] = value
            #expect(try Self.error(model)?.place.hasSuffix("config.json") == true, "\(key)")
        }
        var model = TinyModel()
        model.config["intermediate_size"] = 32
        #expect(try Self.error(model)?.problem.contains("intermediate.dense") == true)
        model = TinyModel()
        model.vocabulary = ["[PAD]", "[CLS]", "[SEP]"]
        #expect(try Self.error(model)?.problem.contains("[UNK]") == true)
        #expect(try Self.error(TinyModel(), maximumTokens: 17)?.problem.contains("17") == true)
        #expect(try Self.error(TinyModel(), maximumTokens: 2) != nil)
    }

    @Test("is refused where it is not there")
    func missing() throws {
        #expect(throws: EmbeddingError.self) { try TransformerTextSpace(folder: "/nonexistent/model") }
        for name in ["config.json", "vocab.txt", "model.safetensors"] {
            try TinyModel().withFolder { folder in
                try FileManager.default.removeItem(atPath: folder + "/" + name)
                let error = #expect(throws: EmbeddingError.self) { try TransformerTextSpace(folder: folder) }
                #expect(error?.description.contains(name) == true)
            }
        }
    }
}
