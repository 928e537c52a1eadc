public import Kernels

/// Text without a model: hashed words, pairs of words and letter n-grams, for lines that resemble each other by their
/// wording. Stateless, so a text has the same vector for ever.
///
/// Every feature adds plus or minus its weight to one element, both chosen by its hash, which keeps dot products
/// unbiased (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning", section 2). A feature found
/// n times counts 1 + ln n fold. Letters are lowered; runs of digits and hexadecimal words count as the same number,
/// so that lines of one log template fall together; common English words count little.
public struct HashedTextSpace: Space {
    /// The number of elements where none is given.
    public static let defaultDimension = 256
    /// Fewer elements than this would hold nothing but collisions.
    public static let smallestDimension = 16

    /// The number of elements.
    public let dimension: Int
    /// The metric; vectors are of unit length under both.
    public let metric: Metric
    /// The version of the features, the dimension and the metric.
    public let identity: String

    /// A space of `dimension` elements, at least ``smallestDimension``.
    public init(dimension: Int = HashedTextSpace.defaultDimension, metric: Metric = .cosine) {
        precondition(dimension >= Self.smallestDimension, "hashed text needs at least 16 elements")
        self.dimension = dimension
        self.metric = metric
        identity = "text:hashed-1:\(dimension):\(metric.rawValue)"
    }

    /// Takes text that is not empty.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        .text(try TextInput.check(value))
    }

    /// A worker's own scratch memory.
    public func makeLane() -> any EmbeddingLane {
        HashedTextLane(dimension: dimension)
    }
}

/// One worker's share of a ``HashedTextSpace``.
final class HashedTextLane: EmbeddingLane {
    private let dimension: Int
    private var words = WordScanner()
    private var features = FeatureTable()

    init(dimension: Int) {
        self.dimension = dimension
    }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        var result = Matrix(rows: inputs.count, columns: dimension)
        result.storage.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for (index, input) in inputs.enumerated() {
                let row = base + index * dimension
                switch input {
                case .text(let text): embed(text, into: row)
                case .vector(let vector):
                    for (column, x) in vector.prefix(dimension).enumerated() { row[column] = x }
                case .features, .image: break
                }
            }
        }
        return result
    }

    private func embed(_ text: String, into row: UnsafeMutablePointer<Float>) {
        words.scan(text)
        features.removeAll()
        TextFeatures.collect(words, into: &features)
        features.add(to: row, dimension: dimension)
        // Features that cancel each other out leave nothing: then the text as a whole is the one feature.
        if VectorMath.normalise(row, count: dimension) == 0 {
            features.removeAll()
            features.insert(TextFeatures.hash(whole: text), weight: 1)
            features.add(to: row, dimension: dimension)
            VectorMath.normalise(row, count: dimension)
        }
    }
}
