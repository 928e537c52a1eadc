package import Kernels

/// Finds the number of clusters, and good places for them to start from, by the silhouette of a few records.
package struct ClusterCountJudge {
    /// A set of centroids that was tried.
    package struct Trial {
        package var centroids: Matrix
        package var silhouette: Double
        /// The number of clusters.
        package var k: Int { centroids.rows }
    }

    private let vectors: Matrix
    private let metric: Metric
    private let judge: SilhouetteJudge

    /// An average-linkage cut that leaves more than this in one group has only peeled off outliers.
    private static let largestShare = 0.5

    /// - Parameter vectors: the records that are judged, `n × d`.
    package init(vectors: Matrix, metric: Metric) {
        self.vectors = vectors
        self.metric = metric
        judge = SilhouetteJudge(vectors: vectors, metric: metric)
    }

    /// The mean silhouette when each record goes to its nearest centroid; -1 with fewer than two groups.
    package func silhouette(_ centroids: Matrix) -> Double {
        let pairs = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric)
        return judge.silhouette(pairs.map { Int($0.first) })
    }

    /// Trials with 2 to `maximum` clusters: k-means from the cuts of two linkage trees and from k-means++ starts, at
    /// ever wider steps of k, then all around the best. At most a third of the records, so that a cluster has some
    /// members.
    ///
    /// Linkage finds small clusters beside large ones, which k-means++ starts hardly do; those in turn withstand
    /// outliers.
    package func trials(maximum: Int, generator: inout SeededGenerator) -> [Trial] {
        let ceiling = min(maximum, vectors.rows / 3)
        guard ceiling >= 2 else { return [] }
        var kmeans = KMeans(data: vectors, metric: metric)
        kmeans.iterations = 5
        let trees = Linkage.Rule.allCases.map { rule in (rule, Linkage(judge: judge, rule: rule)) }
        var trials: [Trial] = []
        func measure(_ start: Matrix) {
            guard start.rows >= 2 else { return }
            let centroids = kmeans.run(from: start).centroids
            trials.append(Trial(centroids: centroids, silhouette: silhouette(centroids)))
        }
        func measure(_ k: Int, seeded: Bool) {
            guard k >= 2, k <= ceiling else { return }
            for (rule, tree) in trees {
                if let start = centroids(tree.cut(groups: k), mayPeel: rule != .average) { measure(start) }
            }
            if seeded { measure(kmeans.seeds(k: k, generator: &generator)) }
        }
        var k = 2
        var place = 0
        while k <= ceiling {
            measure(k, seeded: place % 2 == 0)
            place += 1
            k = max(k + 1, Int((Double(k) * 1.12).rounded()))
        }
        guard let best = trials.max(by: { ($0.silhouette, $1.k) < ($1.silhouette, $0.k) })?.k else { return trials }
        let width = max(1, best / 12)
        for near in best - width...best + width { measure(near, seeded: true) }
        return trials
    }

    /// A start from the cut of a tree at `k` groups; nil where there is none.
    package func start(k: Int) -> Matrix? {
        centroids(Linkage(judge: judge, rule: .ward).cut(groups: k), mayPeel: true, smallest: 1)
    }

    /// The means of the groups that have some members; nil where one group holds nearly all and `mayPeel` is false.
    private func centroids(_ groups: [Int], mayPeel: Bool, smallest: Int? = nil) -> Matrix? {
        let least = smallest ?? (vectors.rows > 400 ? 3 : 2)
        let grouping = Grouping(groups)
        guard mayPeel || Double(grouping.sizes.max() ?? 0) <= Self.largestShare * Double(groups.count) else {
            return nil
        }
        let kept = grouping.sizes.indices.filter { grouping.sizes[$0] >= least }
        var place = [Int](repeating: -1, count: grouping.count)
        for (index, group) in kept.enumerated() { place[group] = index }
        var sums = [Double](repeating: 0, count: kept.count * vectors.columns)
        for (row, group) in grouping.index.enumerated() where place[group] >= 0 {
            let base = place[group] * vectors.columns
            for (column, value) in vectors[row: row].enumerated() { sums[base + column] += Double(value) }
        }
        var result = Matrix(rows: kept.count, columns: vectors.columns)
        for (index, group) in kept.enumerated() {
            for column in 0..<vectors.columns {
                let position = index * vectors.columns + column
                result.storage[position] = Float(sums[position] / Double(grouping.sizes[group]))
            }
            if metric == .cosine { result.normalise(row: index) }
        }
        return result
    }
}

extension Linkage {
    /// A tree over the records whose mutual distances a judge keeps.
    fileprivate init(judge: SilhouetteJudge, rule: Rule) {
        // Cosine distances are halves of squared distances of unit vectors already.
        let isSquared = rule == .ward && judge.metric == .euclidean
        self.init(
            distances: isSquared ? judge.distances.storage.map { $0 * $0 } : judge.distances.storage,
            count: judge.count,
            rule: rule
        )
    }
}
