import Foundation
import Kernels

/// Figures of one grouping that judge its number of groups.
struct GroupingFigures: Sendable {
    /// The number of vectors, `n`.
    let count: Int
    /// The dimension, `d`.
    let columns: Int
    /// The members of each group.
    let sizes: [Int]
    /// The sum of squared distances to the means of the groups.
    let within: Double
    /// The sum of squared distances of the groups' means to the mean of all, each counted by its members.
    let between: Double

    /// - Parameters:
    ///   - vectors: `n × d`.
    ///   - labels: the group of each row.
    init(vectors: Matrix, labels: [Int]) {
        let spread = GroupSpread(vectors: vectors, labels: labels)
        count = vectors.rows
        columns = vectors.columns
        let sizes = spread.groups.sizes
        self.sizes = sizes
        within = spread.squares.reduce(0, +)
        between = sizes.indices.reduce(0) { $0 + Double(sizes[$1]) * spread.squaredDistanceToCentre($1) }
    }

    /// The number of groups, `k`.
    var k: Int { sizes.count }

    /// The index of Caliński and Harabasz 1974; 0 where there is none.
    var calinskiHarabasz: Double {
        guard k >= 2, k < count, within > 0 else { return k >= 2 && k < count ? .greatestFiniteMagnitude : 0 }
        return between * Double(count - k) / (within * Double(k - 1))
    }

    /// The Bayesian information criterion of spherical Gaussians with one variance (Pelleg and Moore 2000, "X-means",
    /// with the variance of a single dimension): the log-likelihood less half the free parameters times `ln n`.
    var bayesianInformation: Double {
        guard k < count else { return -.infinity }
        let (n, d) = (Double(count), Double(columns))
        // Vectors that coincide would have an infinite likelihood.
        let variance = max(
            within / (d * Double(count - k)),
            (within + between) / (n * d) * 1e-12,
            .leastNormalMagnitude
        )
        let mixture = sizes.reduce(0) { $0 + Double($1) * log(Double($1) / n) }
        let likelihood = mixture - n * d / 2 * log(2 * .pi * variance) - d * Double(count - k) / 2
        return likelihood - Double(k * (columns + 1)) / 2 * log(n)
    }
}

extension GroupingOptions.Criterion {
    /// Spelt for people.
    var name: String {
        switch self {
        case .silhouette: "silhouette"
        case .elbow: "the knee of the inertia"
        case .calinskiHarabasz: "the Calinski-Harabasz index"
        case .bic: "the Bayesian information criterion"
        }
    }

    /// The place of the best value of a curve; nil for an empty one.
    ///
    /// - Parameter curve: one trial for each k, ascending.
    func best(_ curve: [CountTrial]) -> Int? {
        if self == .elbow { return Kneedle.knee(curve) }
        return curve.indices.max { (curve[$0].value, $1) < (curve[$1].value, $0) }
    }
}

/// The knee of a falling, convex curve (Satopää, Albrecht, Irwin and Raghavan 2011, "Finding a 'kneedle' in a haystack").
enum Kneedle {
    /// The place where the curve, scaled to the unit square, lies farthest below the line from its start to its end; nil
    /// for an empty one.
    ///
    /// The curve is known as a whole, so the largest of the local maxima of the difference is taken.
    static func knee(_ curve: [CountTrial]) -> Int? {
        guard let first = curve.first, let last = curve.last else { return nil }
        let width = Double(last.k - first.k)
        let lowest = curve.map(\.value).min() ?? 0
        let height = (curve.map(\.value).max() ?? 0) - lowest
        guard width > 0, height > 0 else { return 0 }
        let differences = curve.map { 1 - ($0.value - lowest) / height - Double($0.k - first.k) / width }
        return differences.indices.max { (differences[$0], $1) < (differences[$1], $0) }
    }
}
