import Foundation

/// Reading of a model folder's small files, with errors that name the file.
struct ModelFiles {
    /// The folder of the model.
    let folder: URL

    init(folder path: String) throws(EmbeddingError) {
        folder = URL(filePath: path, directoryHint: .isDirectory)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw EmbeddingError(
                place: path,
                problem: "there is no such folder",
                mend: "Give the folder of a sentence-transformers model (config.json, vocab.txt, model.safetensors)"
            )
        }
    }

    func path(_ name: String) -> String {
        folder.appending(path: name).path
    }

    func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name))
    }

    /// The bytes of a file that must be there.
    func bytes(_ name: String) throws(EmbeddingError) -> Data {
        // An empty file is not read at all: Foundation leaks the buffer that it would have read into.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
        if let size = attributes?[.size] as? NSNumber, size.intValue == 0 { return Data() }
        do {
            return try Data(contentsOf: folder.appending(path: name), options: .mappedIfSafe)
        } catch {
            throw EmbeddingError(
                place: path(name),
                problem: has(name) ? "the file cannot be read" : "the file is missing",
                mend: "Fetch the model again, whole, or check the folder's permissions"
            )
        }
    }

    /// A file's JSON; nil where the file is absent.
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, _ name: String) throws(EmbeddingError) -> Value? {
        has(name) ? try decode(type, name) : nil
    }

    /// A file's JSON; its snake_case keys are read as camelCase.
    func decode<Value: Decodable>(
        _ type: Value.Type,
        _ name: String,
        convertingKeys: Bool = true
    ) throws(EmbeddingError) -> Value {
        let data = try bytes(name)
        let decoder = JSONDecoder()
        // Not where names of tensors are keys.
        if convertingKeys { decoder.keyDecodingStrategy = .convertFromSnakeCase }
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            throw EmbeddingError(place: path(name), problem: Self.describe(error), mend: "Fetch the model again")
        } catch {
            throw EmbeddingError(place: path(name), problem: "not JSON", mend: "Fetch the model again")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        func key(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
        switch error {
        case .keyNotFound(let missing, let context):
            return "the key \(key(context.codingPath + [missing])) is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return "the key \(key(context.codingPath)) is not of type \(type)"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "not JSON" : "the key \(key(context.codingPath)) has a bad value"
        @unknown default:
            return "not the JSON expected"
        }
    }
}
