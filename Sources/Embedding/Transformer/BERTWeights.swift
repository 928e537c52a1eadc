import Foundation
import Kernels

/// The parameters of a BERT encoder, packed for multiplication; immutable and shared by all lanes.
struct BERTWeights: Sendable {
    /// The encoder layers in one precision or the other.
    enum Layers: Sendable {
        case float([Layer<PackedWeights>])
        case int8([Layer<Int8Weights>])
    }

    /// The gain and bias of a layer normalisation.
    struct Norm: Sendable {
        var gain: [Float]
        var bias: [Float]
    }

    /// One encoder layer (Devlin et al. 2019; Vaswani et al. 2017, figure 1 left).
    struct Layer<Product: Sendable>: Sendable {
        /// Queries, keys and values in one product, `hidden → 3 hidden`.
        var queryKeyValue: Product
        var attentionOutput: Product
        var attentionNorm: Norm
        /// `hidden → intermediate`; in floats without its bias, which is added together with the activation.
        var up: Product
        var upBias: [Float]
        var down: Product
        var outputNorm: Norm
    }

    var configuration: TransformerConfiguration
    var words: WordEmbeddings
    /// `positions × hidden`: position embeddings, with the embedding of the first token type already added.
    var positions: [Float]
    var embeddingNorm: Norm
    var layers: Layers
    private let reader: Reader

    /// Reads the parameters, the layers in floats.
    init(_ tensors: ModelTensors, _ configuration: TransformerConfiguration) throws(EmbeddingError) {
        guard let name = tensors.name(endingIn: "embeddings.word_embeddings.weight") else {
            throw EmbeddingError(
                place: tensors.path,
                problem: "the tensor embeddings.word_embeddings.weight is missing",
                mend: "Use a BERT-family model whose config.json belongs to this file"
            )
        }
        let prefix = String(name.dropLast("embeddings.word_embeddings.weight".count))
        let hidden = configuration.hiddenSize
        let reader = Reader(tensors: tensors, prefix: prefix)
        self.configuration = configuration
        words = try WordEmbeddings(
            tensors.file(of: name),
            name: name,
            rows: configuration.vocabularySize,
            columns: hidden
        )
        var positions = try reader.floats(
            "embeddings.position_embeddings.weight",
            [configuration.positions, hidden]
        )
        let types = try reader.floats("embeddings.token_type_embeddings.weight", [configuration.tokenTypes, hidden])
        for index in positions.indices { positions[index] += types[index % hidden] }
        self.positions = positions
        embeddingNorm = try reader.norm("embeddings.LayerNorm", hidden)
        self.reader = reader
        layers = .float(
            try reader.layers(configuration) { linear throws(EmbeddingError) in
                linear.packed(addsBias: !linear.name.hasSuffix("intermediate.dense"))
            }
        )
    }

    /// The same parameters with the layers' products in bytes.
    func quantised() throws(EmbeddingError) -> BERTWeights {
        var result = self
        let path = reader.tensors.path
        result.layers = .int8(
            try reader.layers(configuration) { linear throws(EmbeddingError) in
                guard let weights = linear.quantised() else {
                    throw EmbeddingError(
                        place: path,
                        problem: "oneDNN has no fast 8-bit products of \(linear.inputs) elements for this processor",
                        mend: "Set space.precision to f32 or auto"
                    )
                }
                return weights
            }
        )
        return result
    }

    /// Reads named tensors under a prefix (`bert.` where a checkpoint wraps the encoder).
    private struct Reader: Sendable {
        let tensors: ModelTensors
        let prefix: String

        func floats(_ name: String, _ shape: [Int]) throws(EmbeddingError) -> [Float] {
            try tensors.file(of: prefix + name).floats(prefix + name, shape: shape)
        }

        func norm(_ name: String, _ size: Int) throws(EmbeddingError) -> Norm {
            Norm(gain: try floats(name + ".weight", [size]), bias: try floats(name + ".bias", [size]))
        }

        func layers<Product>(
            _ configuration: TransformerConfiguration,
            pack: (Linear) throws(EmbeddingError) -> Product
        ) throws(EmbeddingError) -> [Layer<Product>] {
            let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
            var layers: [Layer<Product>] = []
            for index in 0..<configuration.layers {
                let name = "encoder.layer.\(index)"
                let inner = ["query", "key", "value"].map { "\(name).attention.self.\($0)" }
                let layer = Layer(
                    queryKeyValue: try pack(try linear(inner, hidden, hidden)),
                    attentionOutput: try pack(try linear(["\(name).attention.output.dense"], hidden, hidden)),
                    attentionNorm: try norm("\(name).attention.output.LayerNorm", hidden),
                    up: try pack(try linear(["\(name).intermediate.dense"], hidden, wide)),
                    upBias: try floats("\(name).intermediate.dense.bias", [wide]),
                    down: try pack(try linear(["\(name).output.dense"], wide, hidden)),
                    outputNorm: try norm("\(name).output.LayerNorm", hidden)
                )
                layers.append(layer)
            }
            return layers
        }

        /// Linear layers side by side: each is stored `outputs × inputs`.
        func linear(_ names: [String], _ inputs: Int, _ outputs: Int) throws(EmbeddingError) -> Linear {
            var result = Linear(name: names[0], inputs: inputs, outputs: outputs * names.count)
            for name in names {
                result.elements += try floats(name + ".weight", [outputs, inputs])
                result.bias += try floats(name + ".bias", [outputs])
            }
            return result
        }
    }

    /// A linear layer as it is stored: `outputs × inputs` elements and a bias.
    private struct Linear {
        var name: String
        var inputs: Int
        var outputs: Int
        var elements: [Float] = []
        var bias: [Float] = []

        func packed(addsBias: Bool) -> PackedWeights {
            elements.withUnsafeBufferPointer { elements in
                bias.withUnsafeBufferPointer { bias in
                    PackedWeights(
                        inputs: inputs,
                        outputs: outputs,
                        elements: elements,
                        transposed: true,
                        bias: addsBias ? bias : nil
                    )
                }
            }
        }

        func quantised() -> Int8Weights? {
            Int8Weights(inputs: inputs, outputs: outputs, elements: elements, bias: bias)
        }
    }
}
