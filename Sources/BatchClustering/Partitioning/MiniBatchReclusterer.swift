public import Kernels

/// k-means by small random batches, for data that is too large to be read many times (Sculley 2010).
///
/// A centroid moves to the running mean of all vectors it was ever given. Every `10 k` vectors, or as soon as one was
/// never given any, the starved centroids (less than a hundredth of the largest weight, at most half a batch) start
/// anew at random vectors of the batch with the least weight of the others, as in scikit-learn. It ends when the
/// smoothed inertia of the batches has not fallen for ten of them.
public struct MiniBatchReclusterer: Reclusterer, Equatable {
    /// How many groups.
    public var choice: CountChoice
    /// The vectors of a batch, at least 1.
    public var batch = 1024
    /// Independent k-means++ starts of which the best by inertia on a part of the vectors is taken, at least 1.
    public var starts = 3
    /// How many times all vectors may be read, at least 1.
    public var epochs = 100

    /// - Parameter choice: how many groups.
    public init(_ choice: CountChoice = CountChoice()) { self.choice = choice }

    /// See ``Reclusterer/grouping(of:metric:seed:lanes:)``.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes = .serial
    ) throws(GroupingError) -> Partition {
        try vectors.checkForGrouping()
        try choice.check()
        var generator = SeededGenerator(seed: seed)
        let decision = CountDecision(choice, vectors: vectors, metric: metric, lanes: lanes, generator: &generator)
        let start = bestStart(decision, vectors, metric, lanes, &generator)
        var run = MiniBatchRun(vectors: vectors, metric: metric, start: start, lanes: lanes)
        let most = max(1, epochs * ((vectors.rows + batch - 1) / max(1, batch)))
        while run.batches < most, !run.isSettled { run.step(batch: max(1, batch), &generator) }
        let pairs = CentroidIndex(centroids: run.centroids, metric: metric).search(vectors, lanes: lanes)
        let inertia = pairs.reduce(0) { sum, pair in
            let distance = Double(pair.firstDistance)
            return sum + (metric == .cosine ? distance : distance * distance)
        }
        var partition = Partition(
            centroids: run.centroids,
            labels: pairs.map { max(0, Int($0.first)) },
            inertia: inertia
        )
        partition.curve = decision.curve
        partition.reasons = [
            decision.reason,
            "\(run.batches) batches of \(batch) vectors were read, \(run.reassigned) centroids started anew",
        ]
        return partition
    }

    private func bestStart(
        _ decision: CountDecision,
        _ vectors: Matrix,
        _ metric: Metric,
        _ lanes: Lanes,
        _ generator: inout SeededGenerator
    ) -> Matrix {
        let size = max(3 * batch, 3 * decision.k)
        let part = vectors.selecting(Quality.draw(size, of: vectors.rows, seed: generator.next()))
        let kmeans = KMeans(data: part, metric: metric, lanes: lanes)
        var candidates = (0..<max(1, starts)).map { _ in kmeans.seeds(k: decision.k, generator: &generator) }
        if let start = decision.start { candidates.append(start) }
        let inertias = candidates.map { candidate in
            NearestTwo.search(queries: part, centroids: candidate, metric: metric).reduce(0) {
                $0 + Double($1.firstDistance) * (metric == .cosine ? 1 : Double($1.firstDistance))
            }
        }
        let best = inertias.indices.min { inertias[$0] < inertias[$1] }
        return best.map { candidates[$0] } ?? part.selecting([0])
    }
}
