import Foundation
import Kernels
import TestSupport
import Testing

@testable import Embedding

/// Small models of many shapes, made and embedded with sentence-transformers by Tests/Fixtures/scripts/encoders.py.
@Suite("Sentence models of every supported shape")
struct EncoderFolderTests {
    struct Fixture: Decodable {
        struct Case: Decodable, CustomStringConvertible {
            var folder: String
            /// nil for the model's own prompt.
            var prefix: String?
            var tokenIds: [[Int32]]
            var vectors: [[Float]]
            var description: String { prefix.map { "\(folder) after \"\($0)\"" } ?? folder }
        }
        var texts: [String]
        var cases: [Case]
    }

    static let fixture: Fixture? = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = try? Data(contentsOf: SharedData.fixture("encoders.json")) else { return nil }
        return try? decoder.decode(Fixture.self, from: data)
    }()

    static func space(_ example: Fixture.Case, _ precision: Precision = .f32) throws -> TransformerTextSpace {
        try TransformerTextSpace(
            folder: SharedData.fixture("encoders/\(example.folder)").path,
            metric: .euclidean,
            prefix: example.prefix,
            precision: precision
        )
    }

    @Test("cut texts and embed them as sentence-transformers does", arguments: fixture?.cases ?? [])
    func reference(example: Fixture.Case) throws {
        let texts = try #require(Self.fixture).texts
        let space = try Self.space(example)
        for (text, ids) in zip(texts, example.tokenIds) { #expect(space.tokenIDs(of: text) == ids, "\(text)") }
        let vectors = space.makeLane().embed(texts.map { .text($0) })
        for (row, expected) in example.vectors.enumerated() {
            let vector = Array(vectors[row: row])
            let cosine = VectorMath.dot(vector, expected) / VectorMath.norm(vector) / VectorMath.norm(expected)
            let difference = zip(vector, expected).map { abs($0 - $1) }.max() ?? 1
            #expect(cosine > 0.99999 && difference < 1e-4, "\(texts[row]): \(difference)")
        }
    }

    @Test("are all there")
    func complete() throws {
        let names = try #require(Self.fixture).cases.map(\.folder)
        #expect(names == ["cls", "prompts", "prompts", "prompts", "cased", "tanh", "relu"])
    }

    @Test("keep their directions in 8-bit integers, where the processor has them", arguments: fixture?.cases ?? [])
    func int8(example: Fixture.Case) throws {
        let texts = try #require(Self.fixture).texts
        guard let space = try? Self.space(example, .int8) else { return }
        let vectors = space.makeLane().embed(texts.map { .text($0) })
        for (row, expected) in example.vectors.enumerated() {
            let vector = Array(vectors[row: row])
            let cosine = VectorMath.dot(vector, expected) / VectorMath.norm(vector) / VectorMath.norm(expected)
            // Random weights are harder to round than learnt ones.
            #expect(cosine > 0.97, "\(texts[row])")
        }
    }

    @Test("have a name of their own with each prefix")
    func identity() throws {
        let cases = try #require(Self.fixture).cases.filter { $0.folder == "prompts" }
        let names = try cases.map { try Self.space($0).identity }
        #expect(Set(names).count == 3)
    }

    @Test("are refused where they leave the prompt out of pooling, unless there is no prompt")
    func promptLeftOut() throws {
        var model = TinyModel()
        model.extra["1_Pooling/config.json"] = #"{"pooling_mode": "mean", "include_prompt": false}"#
        try model.withFolder { folder in
            let space = try TransformerTextSpace(folder: folder)
            #expect(space.dimension == TinyModel.hidden)
            let error = #expect(throws: EmbeddingError.self) { try TransformerTextSpace(folder: folder, prefix: "q: ") }
            #expect(error?.problem.contains("prompt") == true && error?.mend.contains("space.prefix") == true)
        }
        model.extra = ["config_sentence_transformers.json": #"{"default_prompt_name": "query", "prompts": {}}"#]
        #expect(try ModelFolderTests.error(model)?.problem.contains("query") == true)
    }

    @Test("are refused by name where they are no BERT, whatever else their configuration has")
    func families() throws {
        for (type, family) in [
            ("xlm-roberta", "XLM-RoBERTa"), ("distilbert", "DistilBERT"), ("modernbert", "ModernBERT"),
        ] {
            var model = TinyModel()
            model.config = ["model_type": type, "dim": 768]
            let error = try #require(try ModelFolderTests.error(model))
            #expect(error.problem.contains(type) && error.problem.contains(family) && error.mend.contains("BERT"))
        }
    }

    @Test("are refused with what to do where their weights are PyTorch's or shards are missing")
    func weights() throws {
        try TinyModel(extra: ["pytorch_model.bin": "x"]).withFolder { folder in
            try FileManager.default.removeItem(atPath: folder + "/model.safetensors")
            let error = #expect(throws: EmbeddingError.self) { try TransformerTextSpace(folder: folder) }
            #expect(error?.mend.contains("safetensors") == true)
        }
        for (index, problem) in [
            (#"{"weight_map": {"a": "model-1.safetensors"}}"#, "missing"), (#"{"weight_map": {}}"#, "names no"),
            (#"{"weight_map": {"a": "../secret.safetensors"}}"#, "names no"), ("{}", "weight_map"),
        ] {
            try TinyModel(extra: ["model.safetensors.index.json": index]).withFolder { folder in
                try FileManager.default.removeItem(atPath: folder + "/model.safetensors")
                let error = #expect(throws: EmbeddingError.self) { try TransformerTextSpace(folder: folder) }
                #expect(error?.problem.contains(problem) == true, "\(index)")
            }
        }
    }
}
