package import Kernels

/// Finds the number of clusters, and good places for them to start from, by a few records.
package struct ClusterCountJudge: Sendable {
    /// A set of centroids that was tried.
    package struct Trial: Sendable {
        package var centroids: Matrix
        /// The mean silhouette when each record goes to its nearest centroid; nought where another criterion judges.
        package var silhouette: Double
        /// What the criterion says; its best is the highest, but for the elbow's inertia.
        package var value: Double
        /// The number of clusters.
        package var k: Int { centroids.rows }
    }

    private let vectors: Matrix
    private let metric: Metric
    private let lanes: Lanes
    private let judge: SilhouetteJudge

    /// An average-linkage cut that leaves more than this in one group has only peeled off outliers.
    private static let largestShare = 0.5

    /// - Parameter vectors: the records that are judged, `n × d`.
    package init(vectors: Matrix, metric: Metric, lanes: Lanes = .serial) {
        self.vectors = vectors
        self.metric = metric
        self.lanes = lanes
        judge = SilhouetteJudge(vectors: vectors, metric: metric, lanes: lanes)
    }

    /// The mean silhouette when each record goes to its nearest centroid; -1 with fewer than two groups.
    package func silhouette(_ centroids: Matrix) -> Double {
        judge.silhouette(labels(centroids))
    }

    /// The value of a criterion for given groups of the judged records.
    func value(_ labels: [Int], _ criterion: GroupingOptions.Criterion) -> Double {
        switch criterion {
        case .silhouette: judge.silhouette(labels)
        case .elbow: GroupingFigures(vectors: vectors, labels: labels).within
        case .calinskiHarabasz: GroupingFigures(vectors: vectors, labels: labels).calinskiHarabasz
        case .bic: GroupingFigures(vectors: vectors, labels: labels).bayesianInformation
        }
    }

    private func labels(_ centroids: Matrix) -> [Int] {
        NearestTwo.search(queries: vectors, centroids: centroids, metric: metric).map { Int($0.first) }
    }

    /// Trials with 2 to `maximum` clusters: k-means from the cuts of two linkage trees and from k-means++ starts, at
    /// ever wider steps of k, then all around the best. At most a third of the records, so that a cluster has some
    /// members.
    ///
    /// Linkage finds small clusters beside large ones, which k-means++ starts hardly do; those in turn withstand
    /// outliers.
    package func trials(
        maximum: Int,
        criterion: GroupingOptions.Criterion = .silhouette,
        generator: inout SeededGenerator
    ) -> [Trial] {
        let ceiling = min(maximum, vectors.rows / 3)
        guard ceiling >= 2 else { return [] }
        let trees = [Linkage.Rule.average, .ward]
        let cuts = lanes.map(trees.count) { Linkage(judge.triangle(for: trees[$0]), rule: trees[$0]) }
        var kmeans = KMeans(data: vectors, metric: metric)
        kmeans.iterations = 5
        // Starts are found one after another, because each draws on; what comes of them is found side by side.
        // A cut is tried once.
        var cutAt: Set<Int> = []
        func starts(_ k: Int, seeded: Bool) -> [Matrix] {
            guard k >= 2, k <= ceiling else { return [] }
            var starts: [Matrix] = []
            if cutAt.insert(k).inserted {
                starts = zip(trees, cuts).compactMap { rule, tree in
                    centroids(tree.cut(groups: k), mayPeel: rule != .average)
                }
            }
            if seeded { starts.append(kmeans.seeds(k: k, mutual: judge.distances, generator: &generator)) }
            return starts.filter { $0.rows >= 2 }
        }
        var wide: [Matrix] = []
        var k = 2
        var place = 0
        while k <= ceiling {
            wide += starts(k, seeded: place % 2 == 0)
            place += 1
            k = max(k + 1, Int((Double(k) * 1.12).rounded()))
        }
        let trials = measured(wide, kmeans, criterion)
        let curve = Self.curve(trials, criterion)
        guard let best = criterion.best(curve).map({ curve[$0].k }) else { return trials }
        let width = max(1, best / 12)
        let near = (best - width...best + width).flatMap { starts($0, seeded: true) }
        return trials + measured(near, kmeans, criterion)
    }

    private func measured(_ starts: [Matrix], _ kmeans: KMeans, _ criterion: GroupingOptions.Criterion) -> [Trial] {
        lanes.map(starts.count) { place in
            let centroids = kmeans.run(from: starts[place]).centroids
            let value = value(labels(centroids), criterion)
            return Trial(centroids: centroids, silhouette: criterion == .silhouette ? value : 0, value: value)
        }
    }

    /// The best value of each number of clusters, ascending.
    static func curve(_ trials: [Trial], _ criterion: GroupingOptions.Criterion) -> [CountTrial] {
        let better: (Double, Double) -> Double = criterion == .elbow ? { min($0, $1) } : { max($0, $1) }
        let best = Dictionary(trials.map { ($0.k, $0.value) }, uniquingKeysWith: better)
        return best.map { CountTrial(k: $0.key, value: $0.value) }.sorted { $0.k < $1.k }
    }

    /// A start from the cut of a tree at `k` groups; nil where there is none.
    package func start(k: Int) -> Matrix? {
        centroids(Linkage(judge.triangle(for: .ward), rule: .ward).cut(groups: k), mayPeel: true, smallest: 1)
    }

    /// The means of the groups that have some members; nil where one group holds nearly all and `mayPeel` is false.
    private func centroids(_ groups: [Int], mayPeel: Bool, smallest: Int? = nil) -> Matrix? {
        let least = smallest ?? (vectors.rows > 400 ? 3 : 2)
        let grouping = Grouping(groups)
        guard mayPeel || Double(grouping.sizes.max() ?? 0) <= Self.largestShare * Double(groups.count) else {
            return nil
        }
        let kept = grouping.sizes.indices.filter { grouping.sizes[$0] >= least }
        var place = [Int32](repeating: -1, count: grouping.count)
        for (index, group) in kept.enumerated() { place[group] = Int32(index) }
        return vectors.means(of: grouping.index.map { place[$0] }, count: kept.count, metric: metric)
    }
}

extension Sequence where Element == ClusterCountJudge.Trial {
    /// The trial of the best silhouette for each number of clusters, ascending.
    package var bestOfEach: [ClusterCountJudge.Trial] {
        Dictionary(map { ($0.k, $0) }) { $0.silhouette >= $1.silhouette ? $0 : $1 }.values.sorted { $0.k < $1.k }
    }
}
