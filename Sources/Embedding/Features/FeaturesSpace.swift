public import Kernels

/// Records as what their fields say: numbers, words, times, truth values and text, each with a weight.
///
/// Lanes give raw rows (see ``Kernels/FeatureLayout``); the model turns them into vectors by what it has learned of the
/// stream, so that the same record has the same vector for as long as the model's clusters are the same.
public struct FeaturesSpace: Space {
    /// The fields, in the order of their columns.
    public let fields: [FeatureField]
    /// Elements of a raw row, `r`.
    public let dimension: Int
    /// The metric of the vectors that the model makes.
    public let metric: Metric
    /// The fields, the metric and the text space.
    public let identity: String
    /// What the raw columns are.
    public let layout: FeatureLayout?
    private let text: any Space

    /// A space of fields.
    ///
    /// - Parameters:
    ///   - fields: at least one, each name once.
    ///   - metric: Euclidean unless asked otherwise: weights then mean what they say.
    ///   - text: what text fields are embedded by, in unit vectors.
    /// - Throws: ``EmbeddingError`` that names what is wrong with a field.
    public init(
        fields: [FeatureField],
        metric: Metric = .euclidean,
        text: any Space = HashedTextSpace()
    ) throws(EmbeddingError) {
        guard !fields.isEmpty else {
            throw EmbeddingError(
                place: "space.fields",
                problem: "a features space has no fields",
                mend: "Name at least one field of your records"
            )
        }
        var names: Set<String> = []
        for field in fields {
            let problem = names.insert(field.name).inserted ? field.problem : "\(field.name) is there twice"
            guard let problem else { continue }
            throw EmbeddingError(
                place: "space.fields",
                problem: problem,
                mend:
                    "Give each field once, with a weight from 0 to 1000000 and 1 to \(FeatureField.largestSlots) slots"
            )
        }
        let layout = FeatureLayout(fields: fields.map { $0.layout(textDimension: text.dimension) })
        guard layout.rawWidth <= EmbeddingOptions.largestDimension, layout.width <= EmbeddingOptions.largestDimension
        else {
            throw EmbeddingError(
                place: "space.fields",
                problem: "the fields fill \(layout.width) elements",
                mend: "Take fewer fields or slots: \(EmbeddingOptions.largestDimension) elements are the most"
            )
        }
        self.fields = fields
        self.metric = metric
        self.text = text
        self.layout = layout
        dimension = layout.rawWidth
        let hasText = fields.contains { $0.kind == .text }
        let whole = fields.map(\.identity).joined() + (hasText ? text.identity : "")
        let hash = whole.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        identity = "features-1:\(fields.count):\(String(hash, radix: 16)):\(metric.rawValue)"
    }

    /// Takes a record's fields.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        guard case .fields(let values) = value else {
            throw InputRejection(.wrongType, "found \(value.typeName); expected an object with fields")
        }
        return .features(try FeatureReader.read(values, fields: fields, textDimension: text.dimension))
    }

    /// A lane, with one of the text space inside where there are text fields.
    public func makeLane() -> any EmbeddingLane {
        var starts: [Int] = []
        var column = 0
        for field in layout?.fields ?? [] {
            if case .vector = field.kind { starts.append(column) }
            column += field.kind.rawWidth
        }
        return FeaturesLane(
            dimension: dimension,
            textColumns: starts,
            textDimension: text.dimension,
            text: starts.isEmpty ? nil : text.makeLane()
        )
    }
}

/// Gathers raw rows and embeds their text.
final class FeaturesLane: EmbeddingLane {
    private let dimension: Int
    private let textColumns: [Int]
    private let textDimension: Int
    private let text: (any EmbeddingLane)?

    init(dimension: Int, textColumns: [Int], textDimension: Int, text: (any EmbeddingLane)?) {
        self.dimension = dimension
        self.textColumns = textColumns
        self.textDimension = textDimension
        self.text = text
    }

    var tokens: Int { text?.tokens ?? 0 }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        var result = Matrix(rows: inputs.count, columns: dimension, repeating: .nan)
        var places: [Int] = []
        var texts: [SpaceInput] = []
        for (row, input) in inputs.enumerated() {
            guard case .features(let features) = input, features.values.count == dimension else { continue }
            result.replace(row: row, with: features.values)
            for (column, text) in zip(textColumns, features.texts) {
                guard let text else { continue }
                places.append(row * dimension + column)
                texts.append(.text(text))
            }
        }
        guard let text, !texts.isEmpty else { return result }
        let vectors = text.embed(texts)
        for (index, place) in places.enumerated() {
            result.storage.replaceSubrange(place..<place + textDimension, with: vectors[row: index])
        }
        return result
    }
}
