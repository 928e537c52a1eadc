public import Kernels

/// Which space records enter, with the defaults of every choice.
public struct EmbeddingOptions: Sendable, Equatable {
    /// The kinds of spaces.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Text, by a model where one is named and by hashed words where not.
        case text
        /// Ready-made vectors.
        case vector
        /// Fields of a record.
        case features
        /// Lines of logs, by their templates.
        case log
        /// Sessions of lines of logs, by how often each template came.
        case session
    }

    /// The kind of space.
    public var kind = Kind.text
    /// The folder of a sentence-transformers model for ``Kind/text``; nil hashes words instead.
    public var modelFolder: String?
    /// The folder of a static model that embeds every text, so that the model of ``modelFolder`` embeds only the sample and
    /// what may be an anomaly; nil embeds every text by that.
    public var floodFolder: String?
    /// The number of elements: must be given for ``Kind/vector``, may be for hashed text (256 unless given), and must
    /// agree with the model where there is one.
    public var dimension: Int?
    /// The fields of ``Kind/features``; their text goes through the model, or is hashed.
    public var fields: [FeatureField] = []
    /// How the counts of a session become a vector, for ``Kind/session``.
    public var sessions = SessionSpace.Options()
    /// The metric of the space.
    public var metric = Metric.cosine
    /// How vectors are written, for ``Kind/vector``.
    public var encoding = VectorEncoding.automatic
    /// The most tokens of a text that the model reads; nil for the model's own limit.
    public var maximumTokens: Int?
    /// What is put before every text that a model reads; nil for the model's own default prompt.
    public var prefix: String?
    /// The precision of a model's linear layers.
    public var precision = Precision.automatic
    /// Bytes of vectors that a model's space remembers by their text; 0 remembers none.
    public var cacheBytes = 64 << 20
    /// Whether what changes from line to line is masked before a model embeds it (``TextMask``).
    public var masks = false

    /// The defaults.
    public init() {}

    /// The largest dimension taken.
    public static let largestDimension = 65_536

    /// Makes the space that these options describe; reads the model's files where there is a model.
    public func makeSpace() throws(EmbeddingError) -> any Space {
        if let dimension, dimension < 1 || dimension > Self.largestDimension {
            throw EmbeddingError(
                place: "space.dimension",
                problem: "\(dimension) is no dimension",
                mend: "Give a number from 1 to \(Self.largestDimension)"
            )
        }
        switch kind {
        case .text: return try makeTextSpace(metric)
        case .log: return LogSpace(text: try makeTextSpace(metric))
        case .session: return SessionSpace(sessions, metric: metric)
        case .features:
            // Text becomes unit vectors, whatever the metric of the whole.
            guard fields.contains(where: { $0.kind == .text }) else {
                return try FeaturesSpace(fields: fields, metric: metric)
            }
            return try FeaturesSpace(fields: fields, metric: metric, text: try makeTextSpace(.cosine))
        case .vector:
            guard let dimension else {
                throw EmbeddingError(
                    place: "space.dimension",
                    problem: "a vector space has no dimension",
                    mend: "Give the number of elements of your vectors"
                )
            }
            guard modelFolder == nil else {
                throw EmbeddingError(
                    place: "space.model",
                    problem: "a vector space takes no model",
                    mend: "Leave the model out, or set the kind to text"
                )
            }
            return VectorSpace(dimension: dimension, metric: metric, encoding: encoding)
        }
    }

    private func makeTextSpace(_ metric: Metric) throws(EmbeddingError) -> any Space {
        guard let modelFolder else {
            guard floodFolder == nil || kind != .text else {
                throw EmbeddingError(
                    place: "space.flood",
                    problem: "there is no model for the sample",
                    mend: "Name a transformer in space.model, or leave it out"
                )
            }
            let size = dimension ?? HashedTextSpace.defaultDimension
            guard size >= HashedTextSpace.smallestDimension else {
                throw EmbeddingError(
                    place: "space.dimension",
                    problem: "\(size) is too few for hashed text",
                    mend: "Give at least \(HashedTextSpace.smallestDimension), or leave it out"
                )
            }
            return HashedTextSpace(dimension: size, metric: metric)
        }
        let space = try modelSpace(folder: modelFolder, metric)
        if let dimension, dimension != space.dimension {
            throw EmbeddingError(
                place: "space.dimension",
                problem: "\(dimension) is not the model's \(space.dimension)",
                mend: "Leave it out: the model decides"
            )
        }
        // Looking a text up costs as much as a static model does.
        let isStatic = space is StaticTextSpace
        let cached = isStatic && !masks ? space : CachedTextSpace(space, bytes: isStatic ? 0 : cacheBytes, masks: masks)
        guard let floodFolder, kind == .text else { return cached }
        let flood = try floodSpace(floodFolder, metric)
        return TieredTextSpace(fast: masks ? CachedTextSpace(flood, bytes: 0, masks: true) : flood, deep: cached)
    }

    private func floodSpace(_ folder: String, _ metric: Metric) throws(EmbeddingError) -> any TokenizingSpace {
        guard StaticModel.isStatic(try ModelFiles(folder: folder)) else {
            throw EmbeddingError(
                place: "space.flood",
                problem: "\(folder) holds no static model",
                mend: "Make one: centroidd distill --model \(modelFolder ?? folder) --output \(folder)"
            )
        }
        return StaticTextSpace(try StaticModel(folder: folder), metric: metric, maximumTokens: maximumTokens)
    }

    /// The space of a folder: a static model's or a transformer's, whichever it holds.
    private func modelSpace(folder modelFolder: String, _ metric: Metric) throws(EmbeddingError) -> any TokenizingSpace
    {
        if StaticModel.isStatic(try ModelFiles(folder: modelFolder)) {
            guard prefix?.isEmpty ?? true else {
                throw EmbeddingError(
                    place: "space.prefix",
                    problem: "a static model reads nothing before a text",
                    mend: "Remove it"
                )
            }
            let model = try StaticModel(folder: modelFolder)
            return StaticTextSpace(model, metric: metric, maximumTokens: maximumTokens)
        }
        return try TransformerTextSpace(
            folder: modelFolder,
            metric: metric,
            maximumTokens: maximumTokens,
            prefix: prefix,
            precision: precision
        )
    }
}
