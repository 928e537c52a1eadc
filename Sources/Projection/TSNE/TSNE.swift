public import Kernels

/// t-distributed stochastic neighbour embedding into a plane, with the approximation of Barnes and Hut (van der Maaten
/// 2014, "Accelerating t-SNE using Tree-Based Algorithms").
///
/// A picture of the vectors it was given: new ones have no place in it. Equal vectors, options and seed give the same
/// layout, whatever the lanes are.
public struct TSNE: Sendable {
    /// Where the vectors lie, `n × 2`.
    public let layout: Matrix
    /// The settings.
    public let options: TSNEOptions

    /// The deviation of the first coordinate at the start.
    private static let startDeviation: Float = 1e-4

    /// Lays out `vectors`.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`, finite; unit length under the cosine metric.
    ///   - metric: how far apart two vectors are.
    ///   - options: the settings.
    ///   - seed: where all randomness comes from.
    ///   - lanes: what runs independent parts side by side.
    /// - Throws: ``ProjectionError/unsuitable(_:)`` where there are fewer than two vectors or a setting is out of its
    ///   range.
    public init(
        of vectors: Matrix,
        metric: Metric = .euclidean,
        options: TSNEOptions = TSNEOptions(),
        seed: UInt64 = 0,
        lanes: Lanes = .serial
    ) throws(ProjectionError) {
        try options.validate()
        guard vectors.rows >= 2 else { throw .unsuitable("t-SNE of \(vectors.rows) vectors: at least 2 are needed") }
        let perplexity = min(options.perplexity, max(1, Double(vectors.rows - 1) / 3))
        let nearest = NeighbourSearch.nearest(Int(3 * perplexity + 1), in: vectors, metric: metric, lanes: lanes)
        let graph = Affinities.joint(nearest, perplexity: perplexity, lanes: lanes)
        var layout = try Self.start(vectors, seed: seed, lanes: lanes)
        var descent = PlaneDescent(graph: graph, options: options)
        descent.run(&layout, lanes: lanes)
        self.layout = layout
        self.options = options
    }

    /// The first two principal components, small.
    private static func start(_ vectors: Matrix, seed: UInt64, lanes: Lanes) throws(ProjectionError) -> Matrix {
        let count = min(2, vectors.columns)
        let axes = try PrincipalComponents(of: vectors, count: count, seed: seed, lanes: lanes)
        let projected = axes.transform(vectors)
        let deviation = Float(axes.variances[0].squareRoot())
        let factor = deviation > 0 ? startDeviation / deviation : 0
        var generator = SeededGenerator(seed: seed)
        var layout = Matrix(rows: vectors.rows, columns: 2)
        for row in 0..<vectors.rows {
            for column in 0..<2 {
                let known = column < count && factor > 0
                layout.storage[2 * row + column] =
                    known
                    ? projected.storage[row * count + column] * factor
                    : Float(generator.nextNormal()) * startDeviation
            }
        }
        return layout
    }
}
