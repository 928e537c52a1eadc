/// The settings of ``UMAP``.
public struct UMAPOptions: Sendable, Equatable {
    /// The neighbours that make up a point's surroundings, itself among them; at least 2. Many show the large
    /// structure, few the fine one.
    public var neighbours = 15
    /// How near to each other points may lie in the layout, from 0 to 3 times ``spread``.
    public var minimumDistance = 0.1
    /// The scale of the layout, greater than 0.
    public var spread = 1.0
    /// The dimensions of the layout, at least 1.
    public var dimensions = 2
    /// How often each edge at most is followed, at least 1; nil: 500, above 10,000 points 200.
    public var epochs: Int?
    /// The points that are pushed away for each edge followed, from 1 to 7.
    public var negativeSamples = 5
    /// The step at the start, greater than 0.
    public var learningRate = 1.0

    /// For a map to look at.
    public init() {}

    /// For clustering: neighbourhoods twice as large, points packed as densely as they come.
    ///
    /// - Parameter dimensions: of the layout, at least 1.
    public static func clustering(dimensions: Int) -> UMAPOptions {
        var options = UMAPOptions()
        options.neighbours = 30
        options.minimumDistance = 0
        options.dimensions = dimensions
        return options
    }

    /// - Throws: ``ProjectionError/unsuitable(_:)`` naming the first setting that is out of its range.
    func validate() throws(ProjectionError) {
        func require(_ holds: Bool, _ name: String, _ value: String, _ range: String) throws(ProjectionError) {
            guard holds else { throw .unsuitable("\(name) of UMAP is \(value): choose \(range)") }
        }
        try require(neighbours >= 2, "neighbours", "\(neighbours)", "at least 2")
        try require(spread > 0 && spread.isFinite, "spread", "\(spread)", "more than 0")
        try require(
            minimumDistance >= 0 && minimumDistance <= 3 * spread,
            "minimumDistance",
            "\(minimumDistance)",
            "0 to \(3 * spread)"
        )
        try require(dimensions >= 1, "dimensions", "\(dimensions)", "at least 1")
        try require(epochs.map { $0 >= 1 } ?? true, "epochs", "\(epochs ?? 0)", "at least 1")
        try require((1...7).contains(negativeSamples), "negativeSamples", "\(negativeSamples)", "1 to 7")
        try require(learningRate > 0 && learningRate.isFinite, "learningRate", "\(learningRate)", "more than 0")
    }

    /// The number of epochs for `count` points.
    func epochs(for count: Int) -> Int { epochs ?? (count <= 10_000 ? 500 : 200) }
}
