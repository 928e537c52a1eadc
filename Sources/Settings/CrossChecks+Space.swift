import Foundation

extension CrossChecks {
    mutating func checkSpace() {
        switch settings.space.kind {
        case .vector: checkVectors(settings.space, settings.input)
        case .text, .log: checkText(settings.space, settings.input)
        case .features: checkFeatures(settings.space, settings.input)
        case .remote: checkRemote(settings.space, settings.input)
        case .session: break
        }
        checkServerKeys()
        checkContext(settings.space, settings.input)
        if settings.space.kind != .features, places["space.fields"] != nil, !settings.space.fields.isEmpty {
            warn("space.fields", "fields that nothing uses", "`space.kind: features`", "Set the kind, or remove them")
        }
    }

    private mutating func checkVectors(_ space: SpaceSettings, _ input: InputSettings) {
        require(
            space.dimension != nil,
            ["space.dimension"],
            "nothing",
            "the number of numbers in a vector",
            "`space.kind: vector` needs `space.dimension`"
        )
        require(
            input.format != .text,
            ["input.format", "space.kind"],
            "`\(input.format.rawValue)` with `space.kind: vector`",
            "vector, or json with `space.field`",
            "Set `input.format: vector`"
        )
        require(
            input.format != .json || space.field != nil,
            ["space.field", "input.format"],
            "nothing",
            "the field that holds the vector",
            "Set `space.field`, or `input.format: vector`"
        )
        for path in ["space.model", "space.maximum_tokens", "space.prefix", "space.precision"] where places[path] != nil
        {
            warn(path, "a key that vectors do not use", "no such key for `space.kind: vector`", "Remove it")
        }
    }

    private mutating func checkContext(_ space: SpaceSettings, _ input: InputSettings) {
        for (path, isUsed, use) in [
            ("space.context", space.kind == .log, "`space.kind: log`"),
            ("space.source", [.log, .text].contains(space.kind), "`space.kind: log` or `text`"),
        ] where places[path] != nil && !(isUsed && input.format == .json) {
            warn(path, "a key that nothing uses", "\(use) with `input.format: json`", "Set them, or remove it")
        }
    }

    private mutating func checkFeatures(_ space: SpaceSettings, _ input: InputSettings) {
        require(
            input.format == .json || places["input.format"] == nil,
            ["input.format", "space.kind"],
            "`\(input.format.rawValue)` with `space.kind: features`",
            "json",
            "Set `input.format: json`"
        )
        let hasText = space.fields.contains { $0.kind == .text }
        for path in ["space.model", "space.dimension", "space.maximum_tokens", "space.prefix", "space.precision"]
        where places[path] != nil && !hasText {
            warn(path, "a key for text without a text field", "a field of kind text", "Remove it")
        }
        if places["space.encoding"] != nil {
            warn("space.encoding", "a key that features do not use", "`space.kind: vector`", "Remove it")
        }
        let weights = space.fields.map(\.weight)
        if !weights.isEmpty, weights.allSatisfy({ $0 == 0 }) {
            require(
                false,
                ["space.fields"],
                "fields of weight 0 alone",
                "a field that counts",
                "Give one a weight above 0"
            )
        }
    }

    private mutating func checkText(_ space: SpaceSettings, _ input: InputSettings) {
        require(
            input.format != .vector,
            ["input.format", "space.kind"],
            "`vector` with `space.kind: \(space.kind.rawValue)`",
            "text or json",
            "Set `space.kind: vector`, or another `input.format`"
        )
        if places["space.encoding"] != nil {
            warn("space.encoding", "a key that text does not use", "`space.kind: vector`", "Remove it")
        }
        let ofModels = [("space.prefix", space.prefix != nil), ("space.mask", space.mask != .none)]
        for (path, isSet) in ofModels where isSet && space.model == nil {
            warn(path, "a key that hashed n-grams do not use", "a model", "Name a `space.model`, or remove it")
        }
        if space.model != nil, space.dimension != nil {
            warn(
                "space.dimension",
                "a dimension beside a model",
                "the model's own dimension",
                "Remove it: it counts for hashed n-grams only"
            )
        }
    }

    /// A daemon must know its fields before it reads: another start has to find the same.
    mutating func checkNamedFields() {
        require(
            settings.space.kind != .features || !settings.space.fields.isEmpty || settings.input.key == .entity,
            ["space.fields", "space.kind"],
            "nothing",
            "the fields of your records",
            "Name them, such as {spend: number, country: category}"
        )
    }

    mutating func checkModelFolder() {
        guard ![.vector, .remote, .session].contains(settings.space.kind), let folder = settings.space.model,
            !broken.contains("space.model")
        else {
            return
        }
        let model = ModelFolder(path: folder)
        if let name = model.missingFile {
            errors.append(
                SettingsIssue(
                    place: places["space.model"] ?? whole,
                    key: "space.model",
                    found: model.exists ? "the folder \(folder) without \(name)" : "no folder \(folder)",
                    expected: "a folder with config.json and model.safetensors",
                    mend: "Check the path (it is relative to \(FileManager.default.currentDirectoryPath)), "
                        + "or remove the key: hashed n-grams need no model"
                )
            )
        } else if model.isStatic {
            checkStaticModel()
        }
    }

    /// Two tiers need two models, the one of the flood a static one.
    mutating func checkFlood() {
        guard settings.space.flood != nil else { return }
        require(
            settings.space.kind == .text && settings.space.model != nil,
            ["space.flood", "space.model", "space.kind"],
            "a model for the flood without `space.kind: text` and `space.model`",
            "a transformer for the sample",
            "Set `space.model`, or remove `space.flood`"
        )
        guard settings.space.kind == .text, let model = settings.space.model, let flood = settings.space.floodFolder
        else { return }
        require(
            !ModelFolder(path: model).isStatic,
            ["space.model", "space.flood"],
            "a static model beside `space.flood`",
            "a transformer for the sample",
            "Name a transformer in `space.model`, or remove `space.flood`"
        )
        require(
            ModelFolder(path: flood).isStatic,
            ["space.flood", "space.model"],
            ModelFolder(path: flood).exists ? "the folder \(flood) without a static model" : "no folder \(flood)",
            "a static model",
            "Make it: centroidd distill --model \(model) --output \(flood)"
        )
    }

    /// A static model has neither layers nor a prompt, and is faster than a cache.
    private mutating func checkStaticModel() {
        for path in ["space.precision", "space.cache"] where places[path] != nil {
            warn(path, "a key that static models do not use", "a transformer's folder", "Remove it")
        }
        require(
            settings.space.prefix?.isEmpty ?? true,
            ["space.prefix", "space.model"],
            "a prefix before the texts of a static model",
            "no prefix",
            "Remove `space.prefix`, or name a transformer's folder"
        )
    }
}
