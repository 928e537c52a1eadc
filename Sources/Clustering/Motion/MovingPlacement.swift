import BatchClustering
import Kernels

/// Prototypes for groups that have one spread in common: the same pattern of places about each mean, as fine as it takes
/// to tell the groups apart.
///
/// Between two equal patterns the border runs straight, half-way between the means, whatever the spread along it.
struct MovingPlacement {
    /// The prototypes, `k·share × d`, those of a group one after another.
    private(set) var prototypes: Matrix
    /// The prototypes of each group.
    private(set) var share = 1
    /// The sum of the squared distances of the vectors to their nearest prototypes.
    private(set) var inertia = 0.0

    /// The share of the vectors that may be nearer to another group's prototype.
    private static let tolerance = 0.01
    /// The finest pattern.
    private static let largestShare = 32

    /// - Parameters:
    ///   - vectors: `n × d`.
    ///   - labels: the group of each.
    ///   - means: the mean of each group, `d` elements.
    ///   - maximum: the most prototypes in all.
    init(vectors: Matrix, labels: [Int], means: [[Float]], maximum: Int) {
        var rests: [Float] = []
        rests.reserveCapacity(vectors.storage.count)
        for (row, label) in labels.enumerated() { rests += zip(vectors[row: row], means[label]).map { $0 - $1 } }
        let kmeans = KMeans(data: Matrix(columns: vectors.columns, storage: rests), metric: .euclidean)
        prototypes = Matrix(columns: vectors.columns, storage: means.flatMap { $0 })
        var errors = judge(vectors, labels)
        var next = 2
        while errors > Self.tolerance, next <= Self.largestShare, next * means.count <= maximum,
            4 * next <= labels.count
        {
            var generator = SeededGenerator(seed: UInt64(next))
            let pattern = kmeans.run(k: next, starts: 1, generator: &generator).centroids
            var finer = self
            finer.share = pattern.rows
            finer.prototypes = Matrix(
                columns: vectors.columns,
                storage: means.flatMap { mean in
                    (0..<pattern.rows).flatMap { place in zip(mean, pattern[row: place]).map { $0 + $1 } }
                }
            )
            let found = finer.judge(vectors, labels)
            if found < errors {
                errors = found
                self = finer
            }
            next *= 2
        }
    }

    /// The share of vectors whose nearest prototype is another group's; sets the inertia.
    private mutating func judge(_ vectors: Matrix, _ labels: [Int]) -> Double {
        let pairs = NearestTwo.search(queries: vectors, centroids: prototypes, metric: .euclidean)
        inertia = pairs.reduce(0) { $0 + Double($1.firstDistance) * Double($1.firstDistance) }
        let wrong = zip(pairs, labels).count { Int($0.first) / share != $1 }
        return Double(wrong) / Double(max(1, labels.count))
    }
}
