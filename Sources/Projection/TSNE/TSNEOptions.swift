/// The settings of ``TSNE``.
public struct TSNEOptions: Sendable, Equatable {
    /// The number of neighbours that count, as it were, greater than 0; where there are few vectors, a third of the
    /// others at most.
    public var perplexity = 30.0
    /// How coarsely far points are put together, from 0 (not at all) to 1.
    public var angle = 0.5
    /// The number of steps, at least 1.
    public var iterations = 1000
    /// What attraction is multiplied with in the first quarter of the steps (250 at most), at least 1.
    public var exaggeration = 12.0

    /// The defaults.
    public init() {}

    /// - Throws: ``ProjectionError/unsuitable(_:)`` naming the first setting that is out of its range.
    func validate() throws(ProjectionError) {
        guard perplexity > 0, perplexity.isFinite else {
            throw .unsuitable("perplexity of t-SNE is \(perplexity): choose more than 0")
        }
        guard (0...1).contains(angle) else { throw .unsuitable("angle of t-SNE is \(angle): choose 0 to 1") }
        guard iterations >= 1 else { throw .unsuitable("iterations of t-SNE are \(iterations): choose at least 1") }
        guard exaggeration >= 1, exaggeration.isFinite else {
            throw .unsuitable("exaggeration of t-SNE is \(exaggeration): choose at least 1")
        }
    }

    /// The steps with exaggerated attraction.
    var exaggeratedSteps: Int { min(250, iterations / 4) }
}
