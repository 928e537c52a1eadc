/// The tensors of a model folder: model.safetensors, or the shards that model.safetensors.index.json names.
struct ModelTensors: Sendable {
    private struct Index: Decodable {
        var weightMap: [String: String]

        private enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
    }

    private let files: [Safetensors]

    init(_ folder: ModelFiles) throws(EmbeddingError) {
        files = try Self.names(folder).map { name throws(EmbeddingError) in
            try Safetensors(path: folder.path(name), data: try folder.bytes(name))
        }
    }

    private static func names(_ folder: ModelFiles) throws(EmbeddingError) -> [String] {
        let (whole, index) = ("model.safetensors", "model.safetensors.index.json")
        if !folder.has(whole), folder.has(index) {
            let names = try folder.decode(Index.self, index, convertingKeys: false).weightMap.values
            guard !names.isEmpty, names.allSatisfy({ !$0.contains("/") && $0.hasSuffix(".safetensors") }) else {
                throw EmbeddingError(
                    place: folder.path(index),
                    problem: "it names no safetensors files of this folder",
                    mend: "Fetch the model again, whole"
                )
            }
            return Set(names).sorted()
        }
        guard folder.has(whole) || !folder.has("pytorch_model.bin") else {
            throw EmbeddingError(
                place: folder.path("pytorch_model.bin"),
                problem: "the weights are in PyTorch's format, and \(whole) is missing",
                mend: "Save the model as safetensors: transformers' save_pretrained does that"
            )
        }
        return [whole]
    }

    /// Where the tensors are, for messages.
    var path: String { files[0].path }

    /// The file that has a tensor; the first where none has, whose error then names what is missing.
    func file(of name: String) -> Safetensors {
        files.first { $0.contains(name) } ?? files[0]
    }

    /// The first name, in alphabetical order, that ends so.
    func name(endingIn suffix: String) -> String? {
        files.compactMap { $0.name(endingIn: suffix) }.min()
    }

    /// A hash that changes with any of the files.
    func fingerprint() -> UInt64 {
        files.dropFirst().reduce(files[0].fingerprint()) { ($0 &* 0x100_0000_01B3) ^ $1.fingerprint() }
    }
}
