import Foundation

/// The shape of a BERT encoder and what is done with its output, as a sentence-transformers folder says it.
struct TransformerConfiguration: Sendable, Equatable {
    /// How the vectors of a text's tokens become one.
    enum Pooling: String, Sendable {
        /// The mean over all tokens.
        case mean
        /// The first token's vector.
        case cls
    }

    var hiddenSize: Int
    var layers: Int
    var heads: Int
    var intermediateSize: Int
    var vocabularySize: Int
    var positions: Int
    var tokenTypes: Int
    var normEpsilon: Float
    var pooling: Pooling
    /// Whether the model itself ends in a normalisation to unit length.
    var normalises: Bool
    /// The most tokens of a text that are read, the opening and closing ones included.
    var maximumTokens: Int

    /// The size of one attention head.
    var headSize: Int { hiddenSize / heads }
}

extension TransformerConfiguration {
    private struct Config: Decodable {
        var modelType: String?
        var hiddenSize: Int
        var numHiddenLayers: Int
        var numAttentionHeads: Int
        var intermediateSize: Int
        var vocabSize: Int
        var maxPositionEmbeddings: Int
        var typeVocabSize: Int?
        var layerNormEps: Float?
        var hiddenAct: String?
        var positionEmbeddingType: String?
    }

    private struct Module: Decodable {
        var path: String?
        var type: String
    }

    private struct PoolingConfig: Decodable {
        var poolingModeClsToken: Bool?
        var poolingModeMeanTokens: Bool?
        var poolingModeMaxTokens: Bool?
        var poolingModeMeanSqrtLenTokens: Bool?
        var poolingModeWeightedmeanTokens: Bool?
        var poolingModeLasttoken: Bool?
    }

    private struct SentenceConfig: Decodable {
        var maxSeqLength: Int?
    }

    /// Reads config.json and, where they are there, modules.json, the pooling's config.json and
    /// sentence_bert_config.json; `maximumTokens` overrules the folder's own limit.
    init(_ files: ModelFiles, maximumTokens: Int?) throws(EmbeddingError) {
        let config = try files.decode(Config.self, "config.json")
        try Self.check(config, files)
        let modules = try files.decodeIfPresent([Module].self, "modules.json")
        let sentence = try files.decodeIfPresent(SentenceConfig.self, "sentence_bert_config.json")
        hiddenSize = config.hiddenSize
        layers = config.numHiddenLayers
        heads = config.numAttentionHeads
        intermediateSize = config.intermediateSize
        vocabularySize = config.vocabSize
        positions = config.maxPositionEmbeddings
        tokenTypes = config.typeVocabSize ?? 2
        normEpsilon = config.layerNormEps ?? 1e-12
        pooling = try Self.pooling(modules, files)
        normalises = try Self.normalises(modules, files)
        let limit = maximumTokens ?? sentence?.maxSeqLength ?? positions
        guard limit >= 3, limit <= positions else {
            throw EmbeddingError(
                place: maximumTokens == nil ? files.path("sentence_bert_config.json") : "maximum tokens",
                problem: "a limit of \(limit) tokens does not fit the model",
                mend: "Give a number from 3 to \(positions), the model's number of positions"
            )
        }
        self.maximumTokens = limit
    }

    private static func check(_ config: Config, _ files: ModelFiles) throws(EmbeddingError) {
        func refuse(_ problem: String, _ mend: String) -> EmbeddingError {
            EmbeddingError(place: files.path("config.json"), problem: problem, mend: mend)
        }
        let type = config.modelType ?? "bert"
        guard type == "bert" else {
            throw refuse(
                "the model is of type \(type), which is not supported",
                "Choose a model of type bert, such as all-MiniLM-L6-v2, bge-small-en-v1.5 or gte-small"
            )
        }
        let activation = config.hiddenAct ?? "gelu"
        guard activation == "gelu" else {
            throw refuse("the activation is \(activation), which is not supported", "Choose a model with gelu")
        }
        let position = config.positionEmbeddingType ?? "absolute"
        guard position == "absolute" else {
            throw refuse("position embeddings are \(position)", "Choose a model with absolute position embeddings")
        }
        let sizes = [
            config.hiddenSize, config.numHiddenLayers, config.numAttentionHeads, config.intermediateSize,
            config.vocabSize, config.maxPositionEmbeddings, config.typeVocabSize ?? 2,
        ]
        guard sizes.allSatisfy({ $0 > 0 && $0 < 10_000_000 }), config.hiddenSize % config.numAttentionHeads == 0 else {
            throw refuse(
                "the sizes do not make a model: hidden size \(config.hiddenSize), \(config.numAttentionHeads) heads, "
                    + "\(config.numHiddenLayers) layers, \(config.vocabSize) tokens",
                "Fetch the model again"
            )
        }
    }

    private static func pooling(_ modules: [Module]?, _ files: ModelFiles) throws(EmbeddingError) -> Pooling {
        let folder = modules?.first { $0.type.hasSuffix(".Pooling") }?.path ?? "1_Pooling"
        let name = folder + "/config.json"
        guard let config = try files.decodeIfPresent(PoolingConfig.self, name) else { return .mean }
        let others = [
            config.poolingModeMaxTokens, config.poolingModeMeanSqrtLenTokens, config.poolingModeWeightedmeanTokens,
            config.poolingModeLasttoken,
        ]
        let (mean, cls) = (config.poolingModeMeanTokens ?? false, config.poolingModeClsToken ?? false)
        guard mean != cls, !others.contains(true) else {
            throw EmbeddingError(
                place: files.path(name),
                problem: "this way of pooling is not supported",
                mend: "Choose a model that pools by the mean of its tokens alone or by its cls token alone"
            )
        }
        return mean ? .mean : .cls
    }

    private static func normalises(_ modules: [Module]?, _ files: ModelFiles) throws(EmbeddingError) -> Bool {
        guard let modules else { return true }
        for module in modules {
            let kind = module.type.split(separator: ".").last.map(String.init) ?? module.type
            guard ["Transformer", "Pooling", "Normalize"].contains(kind) else {
                throw EmbeddingError(
                    place: files.path("modules.json"),
                    problem: "the module \(module.type) is not supported",
                    mend: "Choose a model made of Transformer, Pooling and Normalize alone"
                )
            }
        }
        return modules.contains { $0.type.hasSuffix(".Normalize") }
    }
}
