import Kernels

/// Round groups that touch, within a dense group: a bridge of a few vectors makes one of them.
///
/// Centroids of all vectors need not show such groups: where sizes differ much the best silhouette belongs to fewer. So
/// each dense group is looked at by itself.
enum DenseParts {
    /// The least vectors of a group that is looked at: fewer show gaps by chance.
    static let leastVectors = 100
    /// The silhouette that parts have at least: halves of an even stretch have 0.62, of a disc less than 0.4.
    static let leastSilhouette = 0.63
    /// Vectors that the number of parts is judged on.
    static let judgedVectors = 600
    /// The most parts.
    static let largestCount = 4
    /// By how many standard deviations (of a Poisson count) the borders have to be emptier than ``GapTest/largestRatio``
    /// asks.
    static let deviations = 1.0

    /// The part of each of the `vectors` (`n × d`) of one dense group; nil where it is one.
    static func find(_ vectors: Matrix, metric: Metric, seed: UInt64) -> (labels: [Int], count: Int)? {
        guard vectors.rows >= leastVectors else { return nil }
        let drawn = Quality.draw(judgedVectors, of: vectors.rows, seed: seed)
        let judge = ClusterCountJudge(vectors: vectors.selecting(drawn), metric: metric)
        var generator = SeededGenerator(seed: seed)
        let trials = judge.trials(maximum: largestCount, generator: &generator)
        guard let best = trials.max(by: { $0.silhouette < $1.silhouette }), best.silhouette > leastSilhouette else {
            return nil
        }
        let centroids = KMeans(data: vectors, metric: metric).run(from: best.centroids).centroids
        let judged = GapTest.count(vectors, centroids: centroids, metric: metric)
        var sizes = [Int](repeating: 0, count: centroids.rows)
        for label in judged.labels { sizes[label] += 1 }
        guard let least = sizes.min(), least >= vectors.rows / (10 * sizes.count) else { return nil }
        let border = Double(judged.border) + deviations * Double(judged.border + 1).squareRoot()
        guard border < GapTest.largestRatio * Double(judged.core) else { return nil }
        return (judged.labels, sizes.count)
    }
}
