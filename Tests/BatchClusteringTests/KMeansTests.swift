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

    @Test("On random directions, where bounds spare nothing, the labels are still those of the nearest centroid")
    func randomDirections() {
        var generator = SeededGenerator(seed: 5)
        var data = Matrix(rows: 3000, columns: 48)
        for place in data.storage.indices { data.storage[place] = Float(generator.nextUniform() * 2 - 1) }
        VectorMath.normaliseRows(&data)
        for metric in Metric.allCases {
            var kmeans = KMeans(data: data, metric: metric)
            (kmeans.iterations, kmeans.tolerance) = (14, 0)
            let start = data.selecting((0..<64).map { $0 * 40 })
            let result = kmeans.run(from: start)
            #expect(result.rounds == 14)
            let pairs = NearestTwo.search(queries: data, centroids: result.centroids, metric: metric)
            for (pair, label) in zip(pairs, result.labels) {
                #expect(Int(pair.first) == label || pair.secondDistance - pair.firstDistance < 1e-5)
            }
            // One round at a time starts every time without bounds.
            kmeans.iterations = 1
            var apart = kmeans.run(from: start)
            for _ in 1..<14 { apart = kmeans.run(from: apart.centroids) }
            #expect(abs(apart.inertia - result.inertia) < 1e-4 * result.inertia)
        }
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
