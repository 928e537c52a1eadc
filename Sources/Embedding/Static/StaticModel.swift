public import Kernels

/// A vector for each token of a vocabulary: a text's vector is their mean (Model2Vec's static models).
public struct StaticModel: Sendable {
    /// Texts are cut after as many tokens unless the model says otherwise.
    public static let usualLimit = 512

    /// How text is cut; the ids are those of ``rows``.
    let tokenizer: WordPieceTokenizer
    /// The vectors, `n × d`.
    public let vectors: Matrix
    /// The vector of each token where tokens share vectors; nil where token i has vector i.
    let rows: [Int32]?
    /// What each token's vector counts; nil where all count alike.
    let weights: [Float]?
    /// Whether the mean is made of unit length.
    let normalises: Bool
    /// The most tokens of a text that are read; nil for all.
    let maximumTokens: Int?
    /// The median number of characters of a token: a text is cut after as many times ``maximumTokens`` characters.
    let medianLength: Int
    /// Changes with the vectors.
    let fingerprint: UInt64

    /// The number of elements of a vector, `d`.
    public var dimension: Int { vectors.columns }
    /// The number of tokens.
    public var tokens: Int { tokenizer.vocabulary.size }
}

/// Text as the mean of its tokens' vectors: hundreds of times as fast as a transformer.
///
/// A text without a known token takes the vector of the unknown token, so that it has a direction.
public struct StaticTextSpace: TokenizingSpace {
    private let model: StaticModel
    private let limit: Int
    /// The model's dimension.
    public let dimension: Int
    /// Cosine unless asked otherwise.
    public let metric: Metric
    /// The fingerprint of the vectors, the metric and the token limit.
    public let identity: String

    /// A space over a model; `maximumTokens` overrules the model's own limit.
    public init(_ model: StaticModel, metric: Metric = .cosine, maximumTokens: Int? = nil) {
        self.model = model
        self.metric = metric
        dimension = model.dimension
        limit = maximumTokens ?? model.maximumTokens ?? .max
        identity = "text:static:\(String(model.fingerprint, radix: 16)):\(metric.rawValue):\(limit)"
    }

    /// Takes text that is not empty.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        .text(try TextInput.check(value))
    }

    /// The ids of the tokens whose vectors are averaged.
    public func tokenIDs(of text: String) -> [Int32] {
        StaticLane(model, limit: limit, unit: false).pieces(of: text)
    }

    /// A worker's own scratch memory.
    public func makeLane() -> any EmbeddingLane {
        StaticLane(model, limit: limit, unit: metric == .cosine || model.normalises)
    }
}

/// One worker's share of a ``StaticTextSpace``.
final class StaticLane: EmbeddingLane {
    private let model: StaticModel
    private let limit: Int
    private let unit: Bool
    private let unknown: Int32
    private var scratch = WordPieceTokenizer.Scratch()
    private var ids: [Int32] = []
    private(set) var tokens = 0

    init(_ model: StaticModel, limit: Int, unit: Bool) {
        self.model = model
        self.limit = limit
        self.unit = unit
        unknown = model.tokenizer.unknown
    }

    /// The ids of a text's known tokens; the unknown one's where there is none.
    func pieces(of text: String) -> [Int32] {
        read(text)
        return ids
    }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        let size = model.dimension
        var result = Matrix(rows: inputs.count, columns: size)
        result.storage.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for (index, input) in inputs.enumerated() {
                let row = base + index * size
                switch input {
                case .text(let text):
                    read(text)
                    average(into: row)
                case .vector(let vector):
                    for (column, x) in vector.prefix(size).enumerated() { row[column] = x }
                case .features, .image: break
                }
            }
        }
        return result
    }

    private func read(_ text: String) {
        ids.removeAll(keepingCapacity: true)
        let (characters, overflow) = limit.multipliedReportingOverflow(by: model.medianLength)
        var text = text
        if !overflow, text.utf8.count > characters {
            text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(characters)))
        }
        model.tokenizer.encodePieces(text, maximum: limit, into: &ids, scratch: &scratch)
        tokens += ids.count
        ids.removeAll { $0 == unknown }
        if ids.isEmpty { ids.append(unknown) }
    }

    private func average(into row: UnsafeMutablePointer<Float>) {
        let size = model.dimension
        model.vectors.storage.withUnsafeBufferPointer { vectors in
            guard let base = vectors.baseAddress else { return }
            if model.rows == nil, model.weights == nil {
                VectorMath.addRows(ids, of: base, to: row, columns: size)
            } else {
                for id in ids {
                    let source = model.rows.map { Int($0[Int(id)]) } ?? Int(id)
                    VectorMath.add(base + source * size, times: model.weights?[Int(id)] ?? 1, to: row, count: size)
                }
            }
        }
        if unit {
            VectorMath.normalise(row, count: size)
        } else {
            VectorMath.scale(row, by: 1 / Float(ids.count), count: size)
        }
    }
}
