import Foundation

/// What the small files of a model's folder say of it.
struct ModelFolder {
    /// The folder.
    let path: String

    /// Whether there is a file of this name.
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// Whether there is such a folder at all.
    var exists: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Whether it holds a vector for each token instead of a transformer: a folder as `centroidd distill`, Model2Vec or
    /// sentence-transformers (``isStaticModule``) writes them.
    var isStatic: Bool { object("config.json")?["model_type"] as? String == "model2vec" || isStaticModule }

    /// Whether sentence-transformers wrote it: the vectors may lie in a folder inside.
    var isStaticModule: Bool {
        let first = (json("modules.json") as? [[String: Any]])?.first
        return (first?["type"] as? String)?.hasSuffix(".StaticEmbedding") ?? false
    }

    /// The first file that is missing of those that any model has; nil where none is.
    var missingFile: String? {
        // Large models come in several files, which the index names.
        let weights = has("model.safetensors.index.json") ? "model.safetensors.index.json" : "model.safetensors"
        return isStaticModule ? nil : ["config.json", weights].first { !has($0) }
    }

    private func object(_ name: String) -> [String: Any]? { json(name) as? [String: Any] }

    private func json(_ name: String) -> Any? {
        guard let data = FileManager.default.contents(atPath: path + "/" + name) else { return nil }
        return try? JSONSerialization.jsonObject(with: data)
    }
}
