import Foundation
import Kernels

/// The parameters of a BERT encoder, packed for multiplication; immutable and shared by all lanes.
struct BERTWeights: Sendable {
    /// The gain and bias of a layer normalisation.
    struct Norm: Sendable {
        var gain: [Float]
        var bias: [Float]
    }

    /// One encoder layer (Devlin et al. 2019; Vaswani et al. 2017, figure 1 left).
    struct Layer: Sendable {
        /// Queries, keys and values in one product, `hidden → 3 hidden`.
        var queryKeyValue: PackedWeights
        var attentionOutput: PackedWeights
        var attentionNorm: Norm
        /// `hidden → intermediate`, without its bias, which is added together with the activation.
        var up: PackedWeights
        var upBias: [Float]
        var down: PackedWeights
        var outputNorm: Norm
    }

    var configuration: TransformerConfiguration
    var words: WordEmbeddings
    /// `positions × hidden`: position embeddings, with the embedding of the first token type already added.
    var positions: [Float]
    var embeddingNorm: Norm
    var layers: [Layer]

    init(_ file: Safetensors, _ configuration: TransformerConfiguration) throws(EmbeddingError) {
        guard let name = file.name(endingIn: "embeddings.word_embeddings.weight") else {
            throw EmbeddingError(
                place: file.path,
                problem: "the tensor embeddings.word_embeddings.weight is missing",
                mend: "Use a BERT-family model whose config.json belongs to this file"
            )
        }
        let prefix = String(name.dropLast("embeddings.word_embeddings.weight".count))
        let hidden = configuration.hiddenSize
        let reader = Reader(file: file, prefix: prefix)
        self.configuration = configuration
        words = try WordEmbeddings(file, name: name, rows: configuration.vocabularySize, columns: hidden)
        var positions = try reader.floats(
            "embeddings.position_embeddings.weight",
            [configuration.positions, hidden]
        )
        let types = try reader.floats("embeddings.token_type_embeddings.weight", [configuration.tokenTypes, hidden])
        for index in positions.indices { positions[index] += types[index % hidden] }
        self.positions = positions
        embeddingNorm = try reader.norm("embeddings.LayerNorm", hidden)
        layers = []
        for index in 0..<configuration.layers {
            layers.append(try reader.layer("encoder.layer.\(index)", configuration))
        }
    }

    /// Reads named tensors under a prefix (`bert.` where a checkpoint wraps the encoder).
    private struct Reader {
        let file: Safetensors
        let prefix: String

        func floats(_ name: String, _ shape: [Int]) throws(EmbeddingError) -> [Float] {
            try file.floats(prefix + name, shape: shape)
        }

        func norm(_ name: String, _ size: Int) throws(EmbeddingError) -> Norm {
            Norm(gain: try floats(name + ".weight", [size]), bias: try floats(name + ".bias", [size]))
        }

        func layer(_ name: String, _ configuration: TransformerConfiguration) throws(EmbeddingError) -> Layer {
            let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
            return Layer(
                queryKeyValue: try product(
                    ["query", "key", "value"].map { "\(name).attention.self.\($0)" },
                    hidden,
                    hidden
                ),
                attentionOutput: try product(["\(name).attention.output.dense"], hidden, hidden),
                attentionNorm: try norm("\(name).attention.output.LayerNorm", hidden),
                up: try product(["\(name).intermediate.dense"], hidden, wide, addsBias: false),
                upBias: try floats("\(name).intermediate.dense.bias", [wide]),
                down: try product(["\(name).output.dense"], wide, hidden),
                outputNorm: try norm("\(name).output.LayerNorm", hidden)
            )
        }

        /// Linear layers side by side: each is stored `outputs × inputs`.
        func product(
            _ names: [String],
            _ inputs: Int,
            _ outputs: Int,
            addsBias: Bool = true
        ) throws(EmbeddingError) -> PackedWeights {
            var elements: [Float] = []
            var bias: [Float] = []
            for name in names {
                elements += try floats(name + ".weight", [outputs, inputs])
                if addsBias { bias += try floats(name + ".bias", [outputs]) }
            }
            return elements.withUnsafeBufferPointer { elements in
                bias.withUnsafeBufferPointer { bias in
                    PackedWeights(
                        inputs: inputs,
                        outputs: outputs * names.count,
                        elements: elements,
                        transposed: true,
                        bias: addsBias ? bias : nil
                    )
                }
            }
        }
    }
}

/// The table of word embeddings: left in the mapped file where it is in 32-bit floats, since a batch reads few rows.
struct WordEmbeddings: Sendable {
    private enum Storage: Sendable {
        case mapped(Data, offset: Int)
        case converted([Float])
    }

    private let storage: Storage
    private let columns: Int

    init(_ file: Safetensors, name: String, rows: Int, columns: Int) throws(EmbeddingError) {
        self.columns = columns
        if let range = try file.mappedRange(name, shape: [rows, columns]) {
            storage = .mapped(file.data, offset: range.lowerBound)
        } else {
            storage = .converted(try file.floats(name, shape: [rows, columns]))
        }
    }

    /// Copies the rows of `ids`, which must be below the number of rows, to `target` one after another.
    func copy(_ ids: ArraySlice<Int32>, to target: UnsafeMutablePointer<Float>) {
        let width = columns * MemoryLayout<Float>.stride
        func copy(from base: UnsafeRawPointer) {
            for (row, id) in ids.enumerated() {
                UnsafeMutableRawPointer(target + row * columns)
                    .copyMemory(from: base + Int(id) * width, byteCount: width)
            }
        }
        switch storage {
        case .mapped(let data, let offset):
            data.withUnsafeBytes { if let base = $0.baseAddress { copy(from: base + offset) } }
        case .converted(let rows):
            rows.withUnsafeBytes { if let base = $0.baseAddress { copy(from: base) } }
        }
    }
}
