public import Kernels

/// Text in two tiers: every text has a vector of a fast space, and those that are asked for one of a deep space besides.
///
/// Its lanes make the fast vectors, which a model of two tiers takes as rows.
public struct TieredTextSpace: TokenizingSpace {
    private let fast: any TokenizingSpace
    /// The slower and better space.
    public let deep: (any Space)?
    /// The elements of a fast vector.
    public let dimension: Int
    /// The metric of both.
    public let metric: Metric
    /// The names of both.
    public let identity: String

    /// Both must have the same metric.
    public init(fast: any TokenizingSpace, deep: any TokenizingSpace) {
        precondition(fast.metric == deep.metric, "both tiers are compared in the same metric")
        self.fast = fast
        self.deep = deep
        dimension = fast.dimension
        metric = fast.metric
        identity = "tiers:\(fast.identity)+\(deep.identity)"
    }

    /// As the fast space does.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try fast.input(from: value) }

    /// As the fast space does.
    public func tokenIDs(of text: String) -> [Int32] { fast.tokenIDs(of: text) }

    /// A lane of the fast space.
    public func makeLane() -> any EmbeddingLane { fast.makeLane() }
}
