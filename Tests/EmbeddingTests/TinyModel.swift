import Foundation
import Kernels

/// A BERT model small enough to write to a temporary folder: its files can be taken apart one by one.
struct TinyModel {
    static let hidden = 8
    static let wide = 16
    static let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "##ish", "A", "a"]

    var config: [String: Any] = [
        "model_type": "bert", "hidden_size": hidden, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": wide, "vocab_size": vocabulary.count, "max_position_embeddings": 16,
        "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
    ]
    var vocabulary = Self.vocabulary
    /// Other files, by their names in the folder.
    var extra: [String: String] = [:]
    var type = "F32"
    var prefix = ""
    /// Changes the bytes of model.safetensors before they are written.
    var damage: (inout Data) -> Void = { _ in }

    /// The tensors' names and shapes.
    static var shapes: [(name: String, shape: [Int])] {
        var shapes: [(String, [Int])] = [
            ("embeddings.word_embeddings.weight", [vocabulary.count, hidden]),
            ("embeddings.position_embeddings.weight", [16, hidden]),
            ("embeddings.token_type_embeddings.weight", [2, hidden]),
            ("embeddings.LayerNorm.weight", [hidden]), ("embeddings.LayerNorm.bias", [hidden]),
        ]
        for layer in 0..<2 {
            let name = "encoder.layer.\(layer)"
            for part in [
                "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            ] {
                shapes += [("\(name).\(part).weight", [hidden, hidden]), ("\(name).\(part).bias", [hidden])]
            }
            shapes += [
                ("\(name).intermediate.dense.weight", [wide, hidden]), ("\(name).intermediate.dense.bias", [wide]),
                ("\(name).output.dense.weight", [hidden, wide]), ("\(name).output.dense.bias", [hidden]),
            ]
            for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
                shapes += [("\(name).\(part).weight", [hidden]), ("\(name).\(part).bias", [hidden])]
            }
        }
        return shapes
    }

    /// The file of tensors: values that all three types hold exactly.
    func safetensors() throws -> Data {
        var generator = SeededGenerator(seed: 3)
        var header: [String: Any] = ["__metadata__": ["format": "pt"]]
        var elements = Data()
        for (name, shape) in Self.shapes {
            let start = elements.count
            for _ in 0..<shape.reduce(1, *) {
                let value = Float(Int(generator.next() % 65) - 32) / 32
                switch type {
                case "BF16": elements.append(bytes: UInt16(value.bitPattern >> 16))
                case "F16": elements.append(bytes: Self.half(value))
                default: elements.append(bytes: value.bitPattern)
                }
            }
            header[prefix + name] = ["dtype": type, "shape": shape, "data_offsets": [start, elements.count]]
        }
        let json = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
        var file = Data()
        file.append(bytes: UInt64(json.count))
        return file + json + elements
    }

    /// The bits of a value that is a multiple of 1/32 between -1 and 1, as binary16.
    private static func half(_ value: Float) -> UInt16 {
        guard value != 0 else { return 0 }
        let sign: UInt16 = value < 0 ? 0x8000 : 0
        let fraction = UInt16((abs(value.significand) - 1) * 1024)
        return sign | UInt16(Int(value.exponent) + 15) << 10 | fraction
    }

    /// Writes the folder, hands it to `body`, and removes it.
    func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "centroidd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try JSONSerialization.data(withJSONObject: config).write(to: folder.appending(path: "config.json"))
        try Data(vocabulary.joined(separator: "\n").utf8).write(to: folder.appending(path: "vocab.txt"))
        var tensors = try safetensors()
        damage(&tensors)
        try tensors.write(to: folder.appending(path: "model.safetensors"))
        for (name, text) in extra {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        return try body(folder.path)
    }
}

extension Data {
    mutating func append<Value: FixedWidthInteger>(bytes value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
