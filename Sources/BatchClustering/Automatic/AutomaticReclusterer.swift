public import Kernels

/// Chooses by the structure and the number of the vectors, and says why: k-means with the number of groups of the best
/// silhouette where round groups fit, groups of any shape where they would cut through dense regions.
public struct AutomaticReclusterer: Reclusterer, Equatable {
    /// The largest number of groups that is tried, at least 2.
    public var maximumK = 128
    /// The most rounds of k-means, at least 1.
    public var iterations = 25
    /// The most vectors that the number of groups is judged on, at least 10.
    public var judgedVectors = 1500
    /// The most vectors that shapes are looked for in.
    public var shapeVectors = 6000

    /// The defaults.
    public init() {}

    /// Groups the rows of `vectors`; vectors that belong to no dense group go to the nearest one.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) throws(GroupingError) -> Partition {
        guard vectors.rows > 0 else { return Partition(labels: [], count: 0) }
        guard maximumK >= 2, iterations >= 1, judgedVectors >= 10, shapeVectors >= 10 else {
            throw .unsuitable(
                "auto was given a largest k of \(maximumK), \(iterations) rounds, \(judgedVectors) judged and"
                    + " \(shapeVectors) shaped vectors; at least 2, 1, 10 and 10 are needed"
            )
        }
        var generator = SeededGenerator(seed: seed)
        let rows = Quality.draw(judgedVectors, of: vectors.rows, seed: seed &+ 1)
        let judge = ClusterCountJudge(vectors: vectors.selecting(rows), metric: metric)
        let trials = judge.trials(maximum: maximumK, generator: &generator)
        var kmeans = KMeans(data: vectors, metric: metric)
        kmeans.iterations = iterations
        let best = trials.max { ($0.silhouette, $1.k) < ($1.silhouette, $0.k) }
        let round = best.map { kmeans.run(from: $0.centroids) } ?? kmeans.run(k: 1, starts: 1, generator: &generator)
        let part = Quality.draw(shapeVectors, of: vectors.rows, seed: seed &+ 3)
        let sample = vectors.selecting(part)
        let found = ShapeFinder.shapes(
            sample,
            centroids: round.centroids,
            starts: trials.bestOfEach.map(\.centroids),
            metric: metric,
            seed: seed,
            lanes: lanes
        )
        var partition = partition(vectors, round: round, shapes: found.shapes, sample: sample, metric, seed)
        partition.reasons = [found.reason]
        partition.curve = Dictionary(trials.map { ($0.k, $0.silhouette) }, uniquingKeysWith: max)
            .map { CountTrial(k: $0.key, value: $0.value) }.sorted { $0.k < $1.k }
        return partition
    }

    private func partition(
        _ vectors: Matrix,
        round: KMeans.Result,
        shapes: ShapeFinder.Shapes?,
        sample: Matrix,
        _ metric: Metric,
        _ seed: UInt64
    ) -> Partition {
        guard let shapes else { return Partition(groups: round.labels) }
        let placement = PrototypePlacement(
            vectors: sample,
            labels: shapes.labels,
            count: shapes.count,
            metric: metric,
            maximum: max(shapes.count, 2048),
            seed: seed,
            tolerance: shapes.tolerance
        )
        let owners = placement.counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
        let pairs = NearestTwo.search(queries: vectors, centroids: placement.prototypes, metric: metric)
        return Partition(groups: pairs.map { owners[Int($0.first)] })
    }
}

extension Partition {
    /// Groups of any numbers, numbered anew from 0.
    fileprivate init(groups: [Int]) {
        let numbered = Grouping(groups)
        self.init(labels: numbered.index.map(Int32.init), count: numbered.count)
    }
}
