import BatchClustering
import Kernels
import TestSupport
import Testing

@Suite("Agglomerative clustering has scikit-learn's labels")
struct AgglomerativeTests {
    private static let rules: [String: Linkage.Rule] = ["ward": .ward, "average": .average, "complete": .complete]

    private func check(_ vectors: Matrix, _ known: PartitionReference.Agglomerative, _ name: String) throws {
        let rule = try #require(Self.rules[known.linkage])
        let tree = Linkage(DistanceTriangle(vectors, metric: .euclidean, lanes: .mixed), rule: rule)
        for cut in known.cuts + known.thresholds {
            let found = cut.k.map { tree.cut(groups: $0) } ?? tree.cut(threshold: cut.threshold ?? 0)
            let what: Comment = "\(name), \(known.linkage), \(cut.k.map { "k \($0)" } ?? "threshold")"
            #expect(Set(found) == Set(0..<cut.groups), what)
            if let labels = cut.labels { #expect(renamed(found) == labels, what) }
            if let expected = cut.digest { #expect(digest(found) == expected, what) }
        }
    }

    @Test("The method cuts the tree where it is asked to")
    func cuts() throws {
        for known in try PartitionReference.load().small {
            for linkage in known.agglomerative {
                let rule = try #require(GroupingOptions.Linkage(rawValue: linkage.linkage))
                for cut in linkage.cuts + linkage.thresholds {
                    let choice = CountChoice(cut.k.map { .fixed($0) } ?? .automatic)
                    let method = AgglomerativeReclusterer(choice, linkage: rule, distanceThreshold: cut.threshold)
                    let found = try method.grouping(
                        of: Matrix(known.vectors),
                        metric: .euclidean,
                        seed: 1,
                        lanes: .mixed
                    )
                    #expect(found.count == cut.groups && renamed(found.labels) == cut.labels)
                }
            }
        }
    }

    @Test("Small sets, one of them full of equal distances")
    func smallSets() throws {
        for known in try PartitionReference.load().small {
            for linkage in known.agglomerative { try check(Matrix(known.vectors), linkage, known.name) }
        }
    }

    @Test(
        "Public sets of up to 10,000 vectors, three linkages, by number and by threshold",
        .enabled(if: SharedData.isPresent, "the public data sets are not here"),
        arguments: ["R15", "aggregation", "chainlink", "D31", "s-set1", "cluto-t7-10k"]
    )
    func publicSets(name: String) throws {
        let known = try #require(try PartitionReference.load().sets.first { $0.name == name })
        let vectors = try publicSet(name)
        for linkage in known.agglomerative { try check(vectors, linkage, name) }
    }

    @Test("The number of groups is found by each criterion", arguments: GroupingOptions.Criterion.allCases)
    func automatic(criterion: GroupingOptions.Criterion) throws {
        var stream = SyntheticStream(clusters: 6, dimension: 3, spread: 0.5, seed: 4)
        let (vectors, truth) = stream.records(700)
        let method = AgglomerativeReclusterer(CountChoice(criterion: criterion, maximumK: 40))
        let found = try method.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
        #expect(Quality.adjustedRandIndex(truth, found.labels.map { Int($0) }) > 0.99)
        #expect(found.curve.map(\.k) == Array(2...40))
        #expect(found.reasons.first?.contains("k = 6") == true)
    }

    @Test("More vectors than the limit are summed up first, and groups stay whole", arguments: Metric.allCases)
    func reduced(metric: Metric) throws {
        var stream = SyntheticStream(clusters: 7, dimension: 5, spread: 0.4, seed: 5)
        var (vectors, truth) = stream.records(4000)
        for place in vectors.storage.indices { vectors.storage[place] += 2 }
        if metric == .cosine { VectorMath.normaliseRows(&vectors) }
        for linkage in GroupingOptions.Linkage.allCases {
            var method = AgglomerativeReclusterer(CountChoice(.fixed(7)), linkage: linkage)
            let whole = try method.grouping(of: vectors, metric: metric, seed: 1, lanes: .serial)
            method.largestSample = 500
            let found = try method.grouping(of: vectors, metric: metric, seed: 1, lanes: .serial)
            #expect(found.labels.count == 4000 && found.count == 7)
            #expect(found.reasons.contains { $0.contains("summed up") })
            let limit = Quality.adjustedRandIndex(truth, whole.labels.map { Int($0) })
            #expect(Quality.adjustedRandIndex(truth, found.labels.map { Int($0) }) > limit - 0.02, "\(linkage)")
        }
    }

    @Test("One vector, and vectors that are all alike")
    func degenerate() throws {
        let one = try AgglomerativeReclusterer(CountChoice(.fixed(3)))
            .grouping(of: Matrix([[1, 2]]), metric: .euclidean, seed: 1, lanes: .serial)
        #expect(one.labels == [0] && one.count == 1)
        let alike = Matrix(Array(repeating: [Float(1), 2], count: 40))
        let joined = try AgglomerativeReclusterer(distanceThreshold: 0.5)
            .grouping(of: alike, metric: .euclidean, seed: 1, lanes: .serial)
        #expect(joined.count == 1)
    }

    @Test("Settings and vectors that cannot be used are refused with a sentence")
    func refusals() {
        let vectors = Matrix([[0, 0], [1, 1]])
        #expect(throws: GroupingError.self) {
            try AgglomerativeReclusterer(distanceThreshold: -.infinity)
                .grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
        }
        #expect(throws: GroupingError.self) {
            try AgglomerativeReclusterer(CountChoice(.fixed(0)))
                .grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
        }
        #expect(throws: GroupingError.self) {
            try KMeansReclusterer().grouping(of: Matrix([[0, .nan]]), metric: .euclidean, seed: 1)
        }
        #expect(throws: GroupingError.self) {
            try KMeansReclusterer().grouping(of: Matrix(rows: 0, columns: 2), metric: .euclidean, seed: 1)
        }
    }
}
