import Foundation
import Kernels

/// Folders as Model2Vec and sentence-transformers write them.
extension StaticModel {
    private struct Kind: Decodable {
        var modelType: String?
    }

    private struct Module: Decodable {
        var type: String
        var path: String?
    }

    private struct Config: Decodable {
        var normalize: Bool?
        var maxLength: Int?
    }

    /// Where a folder keeps the parts of a static model.
    private struct Layout {
        var files: ModelFiles
        var tensor: String
        var config: String
    }

    /// Whether a folder holds a static model, as far as its small files say.
    static func isStatic(_ files: ModelFiles) -> Bool {
        layout(of: files) != nil
    }

    private static func layout(of files: ModelFiles) -> Layout? {
        if (try? files.decodeIfPresent(Kind.self, "config.json"))??.modelType == "model2vec" {
            return Layout(files: files, tensor: "embeddings", config: "config.json")
        }
        guard let modules = (try? files.decodeIfPresent([Module].self, "modules.json")) ?? nil,
            let first = modules.first, first.type.hasSuffix(".StaticEmbedding")
        else { return nil }
        let nested = first.path.flatMap { $0.isEmpty || $0 == "." ? nil : files.folder.appending(path: $0).path }
        guard let own = nested.map({ try? ModelFiles(folder: $0) }) ?? files else { return nil }
        return Layout(files: own, tensor: "embedding.weight", config: "config_sentence_transformers.json")
    }

    /// Reads a folder: model.safetensors with one vector for each token of tokenizer.json.
    ///
    /// - Throws: where a file is missing, damaged, or of another kind.
    public init(folder: String) throws(EmbeddingError) {
        let files = try ModelFiles(folder: folder)
        // A damaged file must not make a Model2Vec folder look like one of sentence-transformers.
        _ = try files.decodeIfPresent(Kind.self, "config.json")
        guard let layout = Self.layout(of: files) else {
            throw EmbeddingError(
                place: files.path("config.json"),
                problem: "this is no static model",
                mend: "Give a folder that `centroidd distill` or Model2Vec made"
            )
        }
        let config = try files.decodeIfPresent(Config.self, layout.config)
        tokenizer = try TokenizerFiles(layout.files).makeTokenizer(isFramed: false)
        let file = try Safetensors(
            path: layout.files.path("model.safetensors"),
            data: try layout.files.bytes("model.safetensors")
        )
        let name = file.contains(layout.tensor) ? layout.tensor : "embeddings"
        guard let shape = file.shape(of: name), shape.count == 2, shape[0] > 0, shape[1] > 0 else {
            throw EmbeddingError(
                place: file.path,
                problem: "there is no matrix \(name) with a row for each token",
                mend: "Give a folder that `centroidd distill` or Model2Vec made"
            )
        }
        vectors = Matrix(columns: shape[1], storage: try file.floats(name, shape: shape, types: Safetensors.allTypes))
        let count = tokenizer.vocabulary.size
        rows = try Self.rows(file, tokens: count, vectors: shape[0])
        weights =
            file.contains("weights") ? try file.floats("weights", shape: [count], types: Safetensors.allTypes) : nil
        normalises = config?.normalize ?? false
        maximumTokens = config?.maxLength ?? Self.usualLimit
        medianLength = tokenizer.vocabulary.medianLength
        fingerprint = file.fingerprint()
    }

    /// Which token has which vector: told by `mapping`, or token i has vector i.
    private static func rows(_ file: Safetensors, tokens: Int, vectors: Int) throws(EmbeddingError) -> [Int32]? {
        guard file.contains("mapping") else {
            guard tokens == vectors else {
                throw EmbeddingError(
                    place: file.path,
                    problem: "there are \(vectors) vectors for \(tokens) tokens",
                    mend: "Make the model again: vectors and tokenizer.json do not belong together"
                )
            }
            return nil
        }
        let rows = try file.floats("mapping", shape: [tokens], types: Safetensors.allTypes)
        guard rows.allSatisfy({ $0 >= 0 && $0 < Float(vectors) }) else {
            throw EmbeddingError(
                place: file.path,
                problem: "the mapping names vectors beyond the \(vectors) there are",
                mend: "Make the model again"
            )
        }
        return rows.map { Int32($0) }
    }
}
