import Foundation

extension CrossChecks {
    mutating func checkSpace() {
        switch settings.space.kind {
        case .vector: checkVectors(settings.space, settings.input)
        case .text, .log: checkText(settings.space, settings.input)
        case .features: checkFeatures(settings.space, settings.input)
        }
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
        if space.prefix != nil, space.model == nil {
            warn(
                "space.prefix",
                "a key that hashed n-grams do not use",
                "a model",
                "Name a `space.model`, or remove it"
            )
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
        guard settings.space.kind != .vector, let folder = settings.space.model, !broken.contains("space.model") else {
            return
        }
        func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + name) }
        for name in ["config.json", "model.safetensors"] {
            // Large models come in several files, which the index names.
            guard !has(name), name == "config.json" || !has(name + ".index.json") else { continue }
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) && isFolder.boolValue
            errors.append(
                SettingsIssue(
                    place: places["space.model"] ?? whole,
                    key: "space.model",
                    found: exists ? "the folder \(folder) without \(name)" : "no folder \(folder)",
                    expected: "a folder with config.json and model.safetensors",
                    mend: "Check the path (it is relative to \(FileManager.default.currentDirectoryPath)), "
                        + "or remove the key: hashed n-grams need no model"
                )
            )
            return
        }
    }
}
