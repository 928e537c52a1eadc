public import Kernels

/// Lloyd's algorithm with k-means++ starts; spherical (unit-length centroids, cosine distance) under the cosine metric.
///
/// Lloyd 1982; Arthur and Vassilvitskii 2007 ("k-means++", with the greedy choice among a few draws that the paper
/// recommends); Dhillon and Modha 2001 for the sphere. An empty cluster starts anew at the record that is farthest from
/// its centroid. What comes out does not depend on the lanes.
public struct KMeans: Sendable {
    /// What a run found.
    public struct Result: Sendable {
        /// The centroids, `k × d`.
        public var centroids: Matrix
        /// The row of the nearest centroid of each record.
        public var labels: [Int]
        /// The sum of squared distances (Euclidean metric) or of cosine distances (cosine metric).
        public var inertia: Double
        /// The rounds that were made.
        public var rounds: Int
    }

    /// The vectors that are grouped, `n × d`.
    public let data: Matrix
    /// How far apart two vectors are.
    public let metric: Metric
    /// What runs independent parts side by side.
    public let lanes: Lanes
    /// The most rounds.
    public var iterations = 25
    /// A run ends when the inertia falls by less than this share in a round.
    public var tolerance = 1e-4
    private let spread: VectorSpread

    /// - Parameters:
    ///   - data: `n × d`, finite; unit length under the cosine metric.
    ///   - lanes: what runs independent parts side by side.
    public init(data: Matrix, metric: Metric, lanes: Lanes = .serial) {
        self.data = data
        self.metric = metric
        self.lanes = lanes
        spread = VectorSpread(data, lanes: lanes)
    }

    /// The best of `starts` runs from k-means++ starts. Fewer than `k` centroids come back where the data has fewer
    /// distinct vectors. `k` must be at least 1 and the data not empty.
    package func run(k: Int, starts: Int, generator: inout SeededGenerator) -> Result {
        var best: Result?
        for _ in 0..<max(1, starts) {
            let result = run(from: seeds(k: k, generator: &generator))
            if result.inertia < best?.inertia ?? .infinity { best = result }
        }
        return best ?? run(from: data.selecting([0]))
    }

    /// Lloyd's rounds from given centroids, `k × d` with k from 1 to n; of unit length under the cosine metric.
    public func run(from start: Matrix) -> Result {
        let run = LloydRun(data: data, metric: metric, start: start, spread: spread, lanes: lanes)
        _ = run.assign()
        var inertia = Double.infinity
        var rounds = 0
        while rounds < iterations {
            rounds += 1
            let next = run.update()
            let changed = run.assign()
            if changed == 0 || (inertia.isFinite && inertia - next <= tolerance * inertia) { break }
            inertia = next
        }
        return Result(centroids: run.centroids, labels: run.assignment, inertia: run.inertia(), rounds: rounds)
    }

    /// k-means++: each next start is drawn with a chance in proportion to its squared distance from the nearest so far;
    /// of a few draws the one that lowers the sum most is taken. Large data is drawn from a part of it.
    ///
    /// - Parameter mutual: the distances of the data from each other, `n × n`, where they are known: the same seeds come of
    ///   them.
    package func seeds(k: Int, mutual: Matrix? = nil, generator: inout SeededGenerator) -> Matrix {
        let most = max(10_000, 40 * k)
        guard data.rows > most else {
            return Seeding(data: data, metric: metric, lanes: lanes, mutual: mutual)
                .seeds(k: k, generator: &generator)
        }
        let part = data.selecting(Quality.draw(most, of: data.rows, seed: generator.next()))
        return Seeding(data: part, metric: metric, lanes: lanes).seeds(k: k, generator: &generator)
    }
}
