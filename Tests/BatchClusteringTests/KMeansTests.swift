import BatchClustering
import Kernels
import TestSupport
import Testing

@Suite("k-means")
struct KMeansTests {
    @Test("k-means finds separated clusters, and the silhouette their number", arguments: [2, 5, 9, 20])
    func numberOfClusters(count: Int) throws {
        var stream = SyntheticStream(clusters: count, dimension: 4, spread: 1, seed: UInt64(count))
        let (vectors, truth) = stream.records(1200)
        var generator = SeededGenerator(seed: 1)
        let judge = ClusterCountJudge(vectors: vectors.slice(0..<600), metric: .euclidean)
        let trials = judge.trials(maximum: 60, generator: &generator)
        #expect(trials.max { $0.silhouette < $1.silhouette }?.k == count)
        let result = KMeans(data: vectors, metric: .euclidean).run(k: count, starts: 3, generator: &generator)
        #expect(Quality.adjustedRandIndex(truth, result.labels) > 0.99)
    }

    @Test("Fewer distinct vectors than clusters: one centroid for each, none twice")
    func duplicates() {
        let data = Matrix((0..<30).map { [Float($0 % 3), 0] })
        var generator = SeededGenerator(seed: 1)
        let result = KMeans(data: data, metric: .euclidean).run(k: 8, starts: 2, generator: &generator)
        #expect(result.centroids.rows == 3 && result.inertia == 0)
    }

    @Test("A centroid that lost all its records starts anew at the farthest record")
    func emptyClusters() {
        let data = Matrix([[0, 0], [0.1, 0], [10, 0], [10.1, 0], [50, 0]])
        let result = KMeans(data: data, metric: .euclidean).run(from: Matrix([[0, 0], [10, 0], [900, 900]]))
        #expect(Set(result.labels).count == 3)
        #expect(result.labels[4] != result.labels[3])
    }
}
