public import Kernels

/// Text as the vectors of a sentence-transformers model: a folder of a BERT-family encoder.
public struct TransformerTextSpace: TokenizingSpace {
    /// The model's hidden size.
    public let dimension: Int
    /// Cosine unless asked otherwise.
    public let metric: Metric
    /// Model type, fingerprint of the weights, pooling, metric, token limit, the prefix, and the precision where it is not f32.
    public let identity: String
    /// The precision that was chosen: ``Precision/f32`` or ``Precision/int8``.
    public let precision: Precision
    let tokenizer: WordPieceTokenizer
    let weights: BERTWeights

    /// `mean` or `cls`: how a text's tokens become one vector.
    public var pooling: String { weights.configuration.pooling.rawValue }

    /// Loads the model of `folder`; `maximumTokens` overrules the folder's own limit per text, and `prefix` the prompt
    /// that it puts before every text unless told otherwise ("" for none).
    ///
    /// Throws where a file is missing, damaged, or of a model that is not supported, and where `precision` is
    /// ``Precision/int8`` and this processor has no fast products of bytes.
    public init(
        folder: String,
        metric: Metric = .cosine,
        maximumTokens: Int? = nil,
        prefix: String? = nil,
        precision: Precision = .f32
    ) throws(EmbeddingError) {
        let files = try ModelFiles(folder: folder)
        let configuration = try TransformerConfiguration(files, maximumTokens: maximumTokens, prefix: prefix)
        tokenizer = try TokenizerFiles(files).makeTokenizer()
        guard tokenizer.vocabulary.size <= configuration.vocabularySize else {
            throw EmbeddingError(
                place: files.path("config.json"),
                problem:
                    "the vocabulary has \(tokenizer.vocabulary.size) tokens, the model \(configuration.vocabularySize)",
                mend: "Fetch the model again: the vocabulary belongs to another model"
            )
        }
        let tensors = try ModelTensors(files)
        let exact = try BERTWeights(tensors, configuration)
        (weights, self.precision) = try precision.choose(exact, tokenizer)
        dimension = configuration.hiddenSize
        self.metric = metric
        let fingerprint = String(tensors.fingerprint(), radix: 16)
        let kind = "text:bert:\(fingerprint):\(configuration.pooling.rawValue):\(metric.rawValue)"
        let prefixed = configuration.prefix.isEmpty ? "" : ":prefix=\(configuration.prefix)"
        identity = "\(kind):\(configuration.maximumTokens)\(prefixed)" + (self.precision == .int8 ? ":int8" : "")
    }

    /// Takes text that is not empty.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        .text(try TextInput.check(value))
    }

    /// The ids of the tokens that the model would read of `text`: the opening one, the prefix, the text and the closing
    /// one.
    public func tokenIDs(of text: String) -> [Int32] {
        tokenizer.encode(weights.configuration.prefix + text, maximum: weights.configuration.maximumTokens)
    }

    /// A worker's own scratch memory and compiled products.
    public func makeLane() -> any EmbeddingLane {
        let unit = metric == .cosine || weights.configuration.normalises
        return TransformerLane(tokenizer: tokenizer, weights: weights, unit: unit)
    }
}

/// One worker's share of a ``TransformerTextSpace``.
final class TransformerLane: EmbeddingLane {
    private let tokenizer: WordPieceTokenizer
    private let encoder: any RecordEncoder
    private let configuration: TransformerConfiguration
    private let unit: Bool
    private var scratch = WordPieceTokenizer.Scratch()
    private var ids: [Int32] = []
    private var lengths: [Int] = []
    private(set) var tokens = 0

    init(tokenizer: WordPieceTokenizer, weights: BERTWeights, unit: Bool) {
        self.tokenizer = tokenizer
        self.unit = unit
        configuration = weights.configuration
        encoder = weights.makeEncoder()
    }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        let size = configuration.hiddenSize
        var result = Matrix(rows: inputs.count, columns: size)
        result.storage.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var first = 0
            for (index, input) in inputs.enumerated() {
                switch input {
                case .text(let bare):
                    let text = configuration.prefix.isEmpty ? bare : configuration.prefix + bare
                    let before = ids.count
                    tokenizer.encode(text, maximum: configuration.maximumTokens, into: &ids, scratch: &scratch)
                    let length = ids.count - before
                    tokens += length
                    if before > 0 && ids.count > encoder.groupTokens {
                        // The group is full without this record, which begins the next one.
                        encodeGroup(keeping: length, into: base + first * size)
                        first = index
                    }
                    lengths.append(length)
                case .features, .image:
                    encodeGroup(keeping: 0, into: base + first * size)
                    first = index + 1
                case .vector(let vector):
                    encodeGroup(keeping: 0, into: base + first * size)
                    for (column, x) in vector.prefix(size).enumerated() { base[index * size + column] = x }
                    first = index + 1
                }
            }
            encodeGroup(keeping: 0, into: base + first * size)
        }
        return result
    }

    private func encodeGroup(keeping rest: Int, into output: UnsafeMutablePointer<Float>) {
        if !lengths.isEmpty {
            encoder.encode(ids.dropLast(rest), lengths: lengths[...], unit: unit, into: output)
        }
        ids.removeFirst(ids.count - rest)
        lengths.removeAll(keepingCapacity: true)
    }
}
