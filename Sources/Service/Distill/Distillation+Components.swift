import Embedding
import Kernels
import Projection

extension Distillation {
    /// A static model and how much it kept.
    struct Outcome {
        var model: StaticModel
        /// The share of the tokens' variance that lies in the directions kept, 0 to 1.
        var share: Double
    }

    /// The static model with the `dimensions` directions in which tokens vary most, or as many as there are.
    ///
    /// - Parameters:
    ///   - counts: how often each token was met; nil where only their order is known (Zipf's law).
    ///   - progress: called with the number of tokens that are done.
    /// - Throws: ``Exit`` where a model cannot be reduced.
    func distil(
        dimensions: Int,
        counts: [Int]?,
        lanes: Lanes,
        progress: @Sendable (Int) -> Void = { _ in }
    ) throws -> Outcome {
        let vectors = tokenVectors(lanes: lanes, progress: progress)
        guard vectors.rows > 0, vectors.storage.allSatisfy(\.isFinite) else {
            throw Exit(.configuration, "the model makes no finite vectors of single tokens; it cannot be distilled")
        }
        let count = min(dimensions, vectors.rows, vectors.columns)
        let components: PrincipalComponents
        do {
            components = try PrincipalComponents(of: vectors, count: count, lanes: lanes)
        } catch {
            throw Exit(.bug, "\(error)")
        }
        let weights = counts.map(Self.weights(counts:)) ?? Self.zipfWeights(vectors.rows)
        return Outcome(
            model: model(components.transform(vectors, lanes: lanes), weights: weights),
            share: components.shares.reduce(0, +)
        )
    }
}
