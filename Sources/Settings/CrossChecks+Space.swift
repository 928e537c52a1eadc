import Foundation

extension CrossChecks {
    mutating func checkSpace() {
        switch settings.space.kind {
        case .vector: checkVectors(settings.space, settings.input)
        case .text: checkText(settings.space, settings.input)
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
        for path in ["space.model", "space.maximum_tokens"] where places[path] != nil {
            warn(path, "a key that vectors do not use", "no such key for `space.kind: vector`", "Remove it")
        }
    }

    private mutating func checkText(_ space: SpaceSettings, _ input: InputSettings) {
        require(
            input.format != .vector,
            ["input.format", "space.kind"],
            "`vector` with `space.kind: text`",
            "text or json",
            "Set `space.kind: vector`, or another `input.format`"
        )
        if places["space.encoding"] != nil {
            warn("space.encoding", "a key that text does not use", "`space.kind: vector`", "Remove it")
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

    mutating func checkModelFolder() {
        guard settings.space.kind == .text, let folder = settings.space.model, !broken.contains("space.model") else {
            return
        }
        for name in ["config.json", "model.safetensors"] {
            guard !FileManager.default.fileExists(atPath: folder + "/" + name) else { continue }
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
