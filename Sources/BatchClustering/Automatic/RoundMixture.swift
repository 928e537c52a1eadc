import Foundation
import Kernels

/// Round groups, overlapping ones too, as the components of a mixture of Gaussians that describes the vectors as well as
/// their neighbours do.
///
/// A mixture can imitate any shape if it has enough components. So it is believed only where it leaves little out of
/// what the neighbours tell of the density, its components are round, and either half of the vectors finds the same ones.
struct RoundMixture {
    /// The group of each vector.
    var labels: [Int32]
    /// The number of groups.
    var count: Int
    /// How it was found, for people.
    var reason: String

    /// The most vectors that mixtures are fitted to.
    static let fittedVectors = 1500
    /// The least vectors for each free parameter.
    static let vectorsPerParameter = 5.0
    /// A mixture of fewer components is taken where more of them gain less than this for a vector (nats).
    static let leastGain = 0.005
    /// The most that a mixture may leave out of what the neighbours tell of the density (nats a vector). Round groups
    /// leave .02 to .2, shapes with as many components as the criterion allows .05 to 3.
    private static let largestMisfit = 0.2
    /// The most that components may be drawn out: ellipses 2.4 times as long as wide.
    private static let largestElongation = 1.4
    /// The least agreement of both halves. Round groups have .8 to 1, shapes that are cut to pieces .4 to .8.
    private static let leastAgreement = 0.8
    /// Numbers of components after the best which are tried.
    private static let patience = 4

    /// The groups; nil where a mixture does not describe the vectors, or only imitates their shape.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`.
    ///   - table: their nearest neighbours by the Euclidean metric.
    ///   - starts: sets of centroids that mixtures start from.
    static func find(
        _ vectors: Matrix,
        table: NeighbourTable,
        starts: [Matrix],
        seed: UInt64
    ) -> RoundMixture? {
        let fitted = Quality.draw(fittedVectors, of: vectors.rows, seed: seed &+ 6)
        let sample = fitted.count == vectors.rows ? vectors : vectors.selecting(fitted)
        guard let best = best(sample, starts: starts), best.count >= 2 else { return nil }
        let judged = best.judge(vectors)
        let n = Double(vectors.rows)
        // A likelihood is too high for the vectors that it was fitted to by half a nat for each parameter.
        let misfit =
            (neighbourDensities(table, columns: vectors.columns) - judged.logDensities.reduce(0, +)) / n
            + Double(best.parameters) / (2 * Double(sample.rows))
        guard misfit <= largestMisfit, elongation(best) <= largestElongation else { return nil }
        let agreement = agreement(best, sample)
        guard agreement >= leastAgreement else { return nil }
        // A component may be nowhere the likeliest: it is no group.
        let present = Set(judged.labels).sorted()
        guard present.count >= 2 else { return nil }
        let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, Int32($0)) })
        let reason =
            "\(present.count) round groups that overlap: a mixture of Gaussians describes the vectors as well as their"
            + " neighbours do (\(rounded(max(0, misfit))) nats less), and both halves of them find the same one (agreement"
            + " \(rounded(agreement)))"
        return RoundMixture(labels: judged.labels.compactMap { places[$0] }, count: present.count, reason: reason)
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// The mixture of the best Bayesian information criterion, or one of fewer components that is hardly worse.
    private static func best(_ vectors: Matrix, starts: [Matrix]) -> GaussianMixture? {
        var tried: [(mixture: GaussianMixture, value: Double)] = []
        let n = Double(vectors.rows)
        for shape in GaussianMixture.Shape.allCases {
            var highest = -Double.infinity
            var since = 0
            for start in starts.sorted(by: { $0.rows < $1.rows }) {
                let mixture = GaussianMixture(vectors, start: start, shape: shape)
                guard Double(mixture.parameters) * vectorsPerParameter <= n else { break }
                let value = mixture.logLikelihood - Double(mixture.parameters) / 2 * log(n)
                tried.append((mixture, value))
                since = value > highest ? 0 : since + 1
                highest = max(highest, value)
                if since >= patience { break }
            }
        }
        guard let highest = tried.map(\.value).max() else { return nil }
        return tried.filter { $0.value >= highest - leastGain * n }.min {
            ($0.mixture.count, -$0.value) < ($1.mixture.count, -$1.value)
        }?.mixture
    }

    /// The median over components of the arithmetic by the geometric mean of their variances in all directions: 1 for
    /// spheres, 1.25 for ellipses twice as long as wide.
    private static func elongation(_ mixture: GaussianMixture) -> Double {
        let d = Double(mixture.dimension)
        let each = (0..<mixture.count).map { mixture.traces[$0] / d / exp(mixture.logDeterminants[$0] / d) }.sorted()
        return each[each.count / 2]
    }

    /// How far the mixtures of as many components that are found in either half agree about the vectors (adjusted Rand
    /// index).
    private static func agreement(_ mixture: GaussianMixture, _ vectors: Matrix) -> Double {
        let labels = (0..<2).map { side -> [Int] in
            let half = vectors.selecting((0..<vectors.rows).filter { $0 % 2 == side })
            let start = ClusterCountJudge(vectors: half, metric: .euclidean).start(k: mixture.count)
            guard let start else { return [] }
            return GaussianMixture(half, start: start, shape: mixture.shape).judge(vectors).labels
        }
        guard labels.allSatisfy({ $0.count == vectors.rows }) else { return 0 }
        return Quality.adjustedRandIndex(labels[0], labels[1])
    }

    /// The sum of the logarithms of the densities that the distances to a near neighbour tell (Kozachenko and Leonenko
    /// 1987: its mean is the negative entropy, without a bias where the density is even).
    private static func neighbourDensities(_ table: NeighbourTable, columns: Int) -> Double {
        let neighbour = max(1, table.neighbours / 2)
        let d = Double(columns)
        let volume = d / 2 * log(Double.pi) - lgamma(d / 2 + 1)
        func digamma(_ count: Int) -> Double {
            (1..<max(1, count)).reduce(-0.577_215_664_901_532_9) { $0 + 1 / Double($1) }
        }
        let constant = digamma(neighbour) - digamma(table.rows) - volume
        return (0..<table.rows).reduce(0.0) { sum, row in
            let distances = table.distances(of: row)
            let distance = Double(distances[distances.startIndex + neighbour - 1])
            return sum + constant - d * log(max(distance, 1e-12))
        }
    }
}
