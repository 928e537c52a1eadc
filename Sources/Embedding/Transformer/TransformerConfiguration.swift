import Kernels

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
    var activation: Activation
    var pooling: Pooling
    /// Whether the model itself ends in a normalisation to unit length.
    var normalises: Bool
    /// The most tokens of a text that are read, the opening and closing ones included.
    var maximumTokens: Int
    /// What is put before every text.
    var prefix: String

    /// The size of one attention head.
    var headSize: Int { hiddenSize / heads }
}

extension TransformerConfiguration {
    /// What a model may be, for people.
    static let supported =
        "Choose a BERT model (model_type bert) with cls or mean pooling, such as all-MiniLM-L6-v2, bge-small-en-v1.5, "
        + "e5-small-v2 or gte-small"

    /// Models that are met often and are no BERT, by their `model_type`.
    private static let families = [
        "albert": "ALBERT", "camembert": "CamemBERT", "deberta": "DeBERTa", "deberta-v2": "DeBERTa v2",
        "distilbert": "DistilBERT", "electra": "ELECTRA", "modernbert": "ModernBERT", "mpnet": "MPNet",
        "new": "GTE v1.5", "nomic_bert": "Nomic BERT", "roberta": "RoBERTa", "t5": "T5", "xlm-roberta": "XLM-RoBERTa",
    ]

    private struct Kind: Decodable {
        var modelType: String?
    }

    private struct Config: Decodable {
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
        var isDecoder: Bool?
    }

    /// Reads config.json and, where they are there, modules.json and the files of its modules; `maximumTokens`
    /// overrules the folder's own limit, and `prefix` its default prompt.
    init(_ files: ModelFiles, maximumTokens: Int?, prefix: String? = nil) throws(EmbeddingError) {
        // The type first: other kinds of models name their sizes otherwise.
        let type = try files.decode(Kind.self, "config.json").modelType ?? "bert"
        guard type == "bert" else {
            let family = Self.families[type].map { " (\($0))" } ?? ""
            throw EmbeddingError(
                place: files.path("config.json"),
                problem: "the model is of type \(type)\(family), which is not supported",
                mend: Self.supported
            )
        }
        let config = try files.decode(Config.self, "config.json")
        activation = try Self.check(config, files)
        let sentence = try SentenceFiles(files)
        hiddenSize = config.hiddenSize
        layers = config.numHiddenLayers
        heads = config.numAttentionHeads
        intermediateSize = config.intermediateSize
        vocabularySize = config.vocabSize
        positions = config.maxPositionEmbeddings
        tokenTypes = config.typeVocabSize ?? 2
        normEpsilon = config.layerNormEps ?? 1e-12
        normalises = try sentence.normalises()
        if let prefix { self.prefix = prefix } else { self.prefix = try sentence.defaultPrompt() }
        pooling = try sentence.pooling(hasPrefix: !self.prefix.isEmpty)
        let own = try sentence.maximumTokens().map { min($0, config.maxPositionEmbeddings) }
        let limit = maximumTokens ?? own ?? positions
        guard limit >= 3, limit <= positions else {
            throw EmbeddingError(
                place: maximumTokens == nil ? files.path("sentence_bert_config.json") : "maximum tokens",
                problem: "a limit of \(limit) tokens does not fit the model",
                mend: "Give a number from 3 to \(positions), the model's number of positions"
            )
        }
        self.maximumTokens = limit
    }

    /// Refuses what would be computed wrongly, and returns the activation.
    private static func check(_ config: Config, _ files: ModelFiles) throws(EmbeddingError) -> Activation {
        func refuse(_ problem: String, _ mend: String) -> EmbeddingError {
            EmbeddingError(place: files.path("config.json"), problem: problem, mend: mend)
        }
        let name = config.hiddenAct ?? "gelu"
        let activations: [String: Activation] = [
            "gelu": .gelu, "gelu_python": .gelu, "gelu_new": .tanhGELU, "gelu_fast": .tanhGELU,
            "gelu_pytorch_tanh": .tanhGELU, "relu": .relu,
        ]
        guard let activation = activations[name] else {
            throw refuse(
                "the activation is \(name), which is not supported",
                "Choose a model with one of \(activations.keys.sorted().joined(separator: ", "))"
            )
        }
        let position = config.positionEmbeddingType ?? "absolute"
        guard position == "absolute" else {
            throw refuse("position embeddings are \(position)", "Choose a model with absolute position embeddings")
        }
        guard config.isDecoder != true else { throw refuse("the model is a decoder", Self.supported) }
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
        return activation
    }
}
