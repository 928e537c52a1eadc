/// What sentence-transformers writes beside an encoder: its modules, pooling, token limit and prompts, in the layouts
/// of its releases from 2 to 6. Every file may be missing.
struct SentenceFiles {
    private struct Module: Decodable {
        var path: String?
        var type: String

        /// `sentence_transformers.models.Pooling` → `Pooling`.
        var name: String { type.split(separator: ".").last.map(String.init) ?? type }
    }

    private struct PoolingConfig: Decodable {
        /// One name, or several whose results lie side by side.
        struct Modes: Decodable {
            var names: [String]

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                names = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
            }
        }

        var poolingMode: Modes?
        var includePrompt: Bool?
        var poolingModeClsToken: Bool?
        var poolingModeMeanTokens: Bool?
        var poolingModeMaxTokens: Bool?
        var poolingModeMeanSqrtLenTokens: Bool?
        var poolingModeWeightedmeanTokens: Bool?
        var poolingModeLasttoken: Bool?

        var names: [String] {
            if let poolingMode { return poolingMode.names }
            let flags = [
                ("mean", poolingModeMeanTokens), ("cls", poolingModeClsToken), ("max", poolingModeMaxTokens),
                ("mean_sqrt_len_tokens", poolingModeMeanSqrtLenTokens),
                ("weightedmean", poolingModeWeightedmeanTokens), ("lasttoken", poolingModeLasttoken),
            ]
            return flags.filter { $0.1 == true }.map(\.0)
        }
    }

    private struct Limits: Decodable {
        var maxSeqLength: Int?
        var modelMaxLength: Double?
    }

    /// Prompts by name keep their names as they stand, so the keys are not converted.
    private struct Prompts: Decodable {
        var prompts: [String: String]?
        var defaultName: String?

        private enum CodingKeys: String, CodingKey {
            case prompts
            case defaultName = "defaultPromptName"
        }
    }

    private let files: ModelFiles
    private let modules: [Module]?

    init(_ files: ModelFiles) throws(EmbeddingError) {
        self.files = files
        modules = try files.decodeIfPresent([Module].self, "modules.json")
        for module in modules ?? [] where !["Transformer", "Pooling", "Normalize"].contains(module.name) {
            throw EmbeddingError(
                place: files.path("modules.json"),
                problem: "the module \(module.type) is not supported",
                mend: "Choose a model made of Transformer, Pooling and Normalize alone"
            )
        }
    }

    /// Whether the model ends in unit vectors; a folder without modules is taken to.
    func normalises() throws(EmbeddingError) -> Bool {
        modules?.contains { $0.name == "Normalize" } ?? true
    }

    /// How tokens become one vector; the mean where nothing is said.
    func pooling(hasPrefix: Bool) throws(EmbeddingError) -> TransformerConfiguration.Pooling {
        let name = (modules?.first { $0.name == "Pooling" }?.path ?? "1_Pooling") + "/config.json"
        guard let config = try files.decodeIfPresent(PoolingConfig.self, name) else { return .mean }
        let names = config.names
        guard names.count == 1, let pooling = TransformerConfiguration.Pooling(rawValue: names[0]) else {
            let found = names.isEmpty ? "none" : names.joined(separator: " with ")
            throw EmbeddingError(
                place: files.path(name),
                problem: "this way of pooling is not supported: \(found)",
                mend: "Choose a model that pools by the mean of its tokens alone or by its cls token alone"
            )
        }
        guard config.includePrompt ?? true || !hasPrefix else {
            throw EmbeddingError(
                place: files.path(name),
                problem: "the model leaves a prompt out of pooling, which is not supported",
                mend: "Set space.prefix to \"\", so that there is no prompt, or choose another model"
            )
        }
        return pooling
    }

    /// The most tokens of a text: sentence_bert_config.json says it, or tokenizer_config.json in newer folders.
    func maximumTokens() throws(EmbeddingError) -> Int? {
        if let own = try files.decodeIfPresent(Limits.self, "sentence_bert_config.json")?.maxSeqLength { return own }
        let limit = try files.decodeIfPresent(Limits.self, "tokenizer_config.json")?.modelMaxLength
        // A limit of 10³⁰ is how tokenizers say that there is none.
        return limit.flatMap { $0.isFinite && $0 < 1e6 ? Int($0) : nil }
    }

    /// The prompt that the model puts before every text unless told otherwise; empty where there is none.
    func defaultPrompt() throws(EmbeddingError) -> String {
        let name = "config_sentence_transformers.json"
        let config = try files.decodeIfPresent(Prompts.self, name)
        guard let wanted = config?.defaultName else { return "" }
        guard let prompt = config?.prompts?[wanted] else {
            throw EmbeddingError(
                place: files.path(name),
                problem: "the default prompt \(wanted) is not among the prompts",
                mend: "Set space.prefix to what shall stand before every text, or to \"\""
            )
        }
        return prompt
    }
}
