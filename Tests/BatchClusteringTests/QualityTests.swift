import BatchClustering
import Kernels
import TestSupport
import Testing

@Suite("Quality equals scikit-learn's figures to 1e-9")
struct QualityTests {
    let reference: Reference

    init() throws {
        reference = try Reference.load()
    }

    private func isClose(_ a: Double?, _ b: Double) -> Bool {
        guard let a else { return false }
        return abs(a - b) <= 1e-9 * max(1, abs(b))
    }

    @Test("Internal measures of vectors with labels")
    func internalMeasures() {
        let known = reference.vectors
        let vectors = Matrix(known.vectors)
        let labels = known.labels
        #expect(
            isClose(Quality.silhouette(vectors: vectors, labels: labels, metric: .euclidean), known.silhouetteEuclidean)
        )
        #expect(
            isClose(
                Quality.silhouette(vectors: Matrix(known.unit), labels: labels, metric: .cosine),
                known.silhouetteCosine
            )
        )
        #expect(isClose(Quality.daviesBouldin(vectors: vectors, labels: known.whole), known.daviesBouldin))
        #expect(isClose(Quality.calinskiHarabasz(vectors: vectors, labels: labels), known.calinskiHarabasz))
        let inertia = Quality.inertia(vectors: vectors, labels: known.nearest, centroids: Matrix(known.centroids))
        #expect(isClose(inertia, known.inertia))
    }

    @Test("Agreement of two labellings, degenerate ones included")
    func agreement() {
        for known in reference.labellings {
            let (truth, found) = (known.truth, known.found)
            #expect(isClose(Quality.adjustedRandIndex(truth, found), known.ari), "\(known.name)")
            #expect(isClose(Quality.adjustedMutualInformation(truth, found), known.ami), "\(known.name)")
            #expect(isClose(Quality.normalizedMutualInformation(truth, found), known.nmi), "\(known.name)")
            #expect(isClose(Quality.vMeasure(truth, found), known.v), "\(known.name)")
            #expect(isClose(Quality.purity(truth, found), known.purity), "\(known.name)")
        }
    }

    @Test("Detection by scores with ties, and by verdicts")
    func detection() {
        let known = reference.detections
        #expect(isClose(Quality.auroc(scores: known.scores, positive: known.positive), known.auroc))
        #expect(
            isClose(Quality.averagePrecision(scores: known.scores, positive: known.positive), known.averagePrecision)
        )
        #expect(isClose(Quality.bestF1(scores: known.scores, positive: known.positive), known.bestF1))
        #expect(isClose(Quality.flagAllF1(positive: known.positive), known.flagAllF1))
        #expect(isClose(Quality.f1(flagged: known.flagged, positive: known.positive), known.f1))
        #expect(isClose(Quality.matthews(flagged: known.flagged, positive: known.positive), known.matthews))
    }

    @Test("Whole groups: a group counts only when it is found exactly")
    func wholeGroups() {
        // Truth {0,1},{2,3},{4}; found {0,1},{2},{3},{4}: three of five records in exact groups, two of 3 and 4 groups.
        #expect(Quality.groupingAccuracy([1, 1, 2, 2, 3], [7, 7, 8, 9, 5]) == 0.6)
        #expect(isClose(Quality.groupF1([1, 1, 2, 2, 3], [7, 7, 8, 9, 5]), 4.0 / 7))
    }

    @Test("Measures that need two kinds are nil where one is missing")
    func missingKinds() {
        let vectors = Matrix([[0, 0], [1, 0], [2, 0]])
        #expect(Quality.silhouette(vectors: vectors, labels: [1, 1, 1], metric: .euclidean) == nil)
        #expect(Quality.silhouette(vectors: vectors, labels: [1, 2, 3], metric: .euclidean) == nil)
        #expect(Quality.auroc(scores: [1, 2], positive: [false, false]) == nil)
        #expect(Quality.averagePrecision(scores: [1, 2], positive: [false, false]) == nil)
        #expect(Quality.idRetention(before: [nil], after: [1]) == nil)
        #expect(Quality.idRetention(before: [1, 2, nil], after: [1, 3, 4]) == 0.5)
    }

    @Test("A sampled silhouette of well-separated groups is near the exact one")
    func sampledSilhouette() throws {
        var stream = SyntheticStream(clusters: 4, dimension: 2, spread: 0.5, seed: 3)
        let (vectors, truth) = stream.records(1500)
        let exact = try #require(Quality.silhouette(vectors: vectors, labels: truth, metric: .euclidean))
        let sampled = try #require(
            Quality.sampledSilhouette(vectors: vectors, labels: truth, metric: .euclidean, size: 300, seed: 1)
        )
        #expect(abs(exact - sampled) < 0.02)
    }

    @Test("Silhouettes vector by vector, Davies-Bouldin and Calinski-Harabasz, equal vectors included")
    func profiles() throws {
        for known in try PartitionReference.load().small {
            let vectors = Matrix(known.vectors)
            for lanes in [Lanes.serial, .mixed] {
                let found = try #require(
                    Quality.silhouettes(vectors: vectors, labels: known.labels, metric: .euclidean, lanes: lanes)
                )
                #expect(zip(found, known.silhouettes).allSatisfy { abs($0 - $1) <= 1e-9 }, "\(known.name)")
            }
            #expect(isClose(Quality.daviesBouldin(vectors: vectors, labels: known.labels), known.daviesBouldin))
            #expect(isClose(Quality.calinskiHarabasz(vectors: vectors, labels: known.labels), known.calinskiHarabasz))
        }
    }

    @Test("Far from the origin, and in more dimensions than a block holds, silhouettes keep their digits")
    func farFromOrigin() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 3, seed: 6)
        let truth = (0..<150).map { $0 % 5 }
        let vectors = Matrix(truth.map { label in (0..<200).map { Float($0 % 5 == label ? 2 : 0) + stream.normal() } })
        var far = vectors
        for place in far.storage.indices { far.storage[place] += 4096 }
        for metric in Metric.allCases {
            var data = metric == .euclidean ? far : vectors
            if metric == .cosine { VectorMath.normaliseRows(&data) }
            let found = try #require(Quality.silhouettes(vectors: data, labels: truth, metric: metric))
            let direct = directSilhouettes(data, truth, metric)
            #expect(zip(found, direct).allSatisfy { abs($0 - $1) <= 1e-9 })
        }
    }

    private func directSilhouettes(_ vectors: Matrix, _ labels: [Int], _ metric: Metric) -> [Double] {
        let rows = (0..<vectors.rows).map { vectors[row: $0].map(Double.init) }
        func distance(_ a: [Double], _ b: [Double]) -> Double {
            metric == .cosine
                ? max(0, 1 - zip(a, b).reduce(0) { $0 + $1.0 * $1.1 })
                : zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
        return rows.indices.map { row in
            var means: [Int: Double] = [:]
            for label in Set(labels) {
                let others = rows.indices.filter { labels[$0] == label && $0 != row }
                means[label] = others.reduce(0) { $0 + distance(rows[row], rows[$1]) } / Double(others.count)
            }
            let inner = means.removeValue(forKey: labels[row]) ?? 0
            let outer = means.values.min() ?? 0
            return (outer - inner) / max(inner, outer)
        }
    }
}
