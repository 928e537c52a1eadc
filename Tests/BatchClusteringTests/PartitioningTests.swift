import BatchClustering
import Kernels
import TestSupport
import Testing

@Suite("Methods with centroids")
struct PartitioningTests {
    private static let methods: [any Reclusterer] = [
        KMeansReclusterer(CountChoice(.fixed(6))), MiniBatchReclusterer(CountChoice(.fixed(6))),
        SphericalReclusterer(CountChoice(.fixed(6))),
    ]

    private func clouds(_ metric: Metric, count: Int = 3000) -> (vectors: Matrix, truth: [Int]) {
        var stream = SyntheticStream(clusters: 6, dimension: 8, spread: 0.6, seed: 11)
        var (vectors, truth) = stream.records(count)
        let columns = vectors.columns
        for place in vectors.storage.indices { vectors.storage[place] += Float(place % columns) - 2 }
        if metric == .cosine { VectorMath.normaliseRows(&vectors) }
        return (vectors, truth)
    }

    @Test("Equal seeds give equal groups whatever the lanes are; the centroids are the nearest ones", arguments: 0..<3)
    func contract(place: Int) throws {
        let method = Self.methods[place]
        for metric in Metric.allCases {
            let (vectors, truth) = clouds(metric)
            let found = try method.grouping(of: vectors, metric: metric, seed: 5, lanes: .serial)
            #expect(try method.grouping(of: vectors, metric: metric, seed: 5, lanes: .mixed) == found)
            #expect(found.count == 6 && Set(found.labels) == Set(0..<6))
            #expect(Quality.adjustedRandIndex(truth, found.labels.map { Int($0) }) > 0.97)
            let centroids = try #require(found.centroids)
            guard place < 2 || metric == .cosine else { continue }
            let nearest = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric)
            let falsely = zip(nearest, found.labels).count { $0.0.first != $0.1 }
            #expect(falsely == 0)
            let inertia = nearest.reduce(0.0) {
                $0 + Double($1.firstDistance) * (metric == .cosine ? 1 : Double($1.firstDistance))
            }
            #expect(abs(inertia - (found.inertia ?? 0)) <= 1e-5 * inertia)
        }
    }

    @Test("Bounds that spare distances change nothing: each round's groups are those of a full search")
    func bounds() {
        for metric in Metric.allCases {
            let (vectors, _) = clouds(metric, count: 2500)
            var generator = SeededGenerator(seed: 3)
            var kmeans = KMeans(data: vectors, metric: metric)
            kmeans.tolerance = 0
            let start = kmeans.seeds(k: 40, generator: &generator)
            for rounds in 1...8 {
                kmeans.iterations = rounds
                let result = kmeans.run(from: start)
                let nearest = NearestTwo.search(queries: vectors, centroids: result.centroids, metric: metric)
                #expect(nearest.map { Int($0.first) } == result.labels)
            }
        }
    }

    @Test(
        "k-means' inertia is within a hundredth of scikit-learn's best of ten starts",
        .enabled(if: SharedData.isPresent, "the public data sets are not here"),
        arguments: ["R15", "aggregation", "chainlink", "D31", "s-set1", "cluto-t7-10k"]
    )
    func inertiaOfPublicSets(name: String) throws {
        let known = try #require(try PartitionReference.load().sets.first { $0.name == name })
        let vectors = try publicSet(name)
        for seed in UInt64(1)...3 {
            let found = try KMeansReclusterer(CountChoice(.fixed(known.k)))
                .grouping(of: vectors, metric: .euclidean, seed: seed)
            #expect(try #require(found.inertia) <= known.inertia * 1.01, "seed \(seed)")
            let mini = try MiniBatchReclusterer(CountChoice(.fixed(known.k)))
                .grouping(of: vectors, metric: .euclidean, seed: seed)
            #expect(try #require(mini.inertia) <= known.inertia * 1.15, "mini-batch, seed \(seed)")
        }
    }

    @Test("k-means' inertia on small sets")
    func inertiaOfSmallSets() throws {
        for known in try PartitionReference.load().small {
            let found = try KMeansReclusterer(CountChoice(.fixed(5)))
                .grouping(of: Matrix(known.vectors), metric: .euclidean, seed: 2)
            #expect(try #require(found.inertia) <= known.inertia * 1.01, "\(known.name)")
        }
    }

    @Test("The number of groups is found by each criterion", arguments: GroupingOptions.Criterion.allCases)
    func automatic(criterion: GroupingOptions.Criterion) throws {
        let (vectors, truth) = clouds(.euclidean)
        let choice = CountChoice(criterion: criterion, maximumK: 60)
        for method: any Reclusterer in [KMeansReclusterer(choice), MiniBatchReclusterer(choice)] {
            let found = try method.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
            #expect(Quality.adjustedRandIndex(truth, found.labels.map { Int($0) }) > 0.97)
            #expect(found.curve.contains { $0.k == found.count } && found.curve.count > 10)
            #expect(found.reasons.first?.contains("k = 6") == true, "\(found.reasons)")
        }
    }

    @Test("Fewer distinct vectors than groups asked for: each has its group")
    func fewDistinct() throws {
        let vectors = Matrix((0..<60).map { [Float($0 % 3), 1] })
        for method in Self.methods {
            let found = try method.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
            #expect(found.count == 3 && found.centroids?.rows == 3)
        }
    }

    @Test("Spherical clustering goes by direction; vectors without one are left out")
    func spherical() throws {
        var rows: [[Float]] = []
        for step in 1...50 { rows += [[Float(step), 0.01 * Float(step)], [0, Float(step)]] }
        rows.append([0, 0])
        let found = try SphericalReclusterer(CountChoice(.fixed(2)))
            .grouping(of: Matrix(rows), metric: .euclidean, seed: 1)
        #expect(found.labels.last == Partition.noise)
        #expect(Set(stride(from: 0, to: 100, by: 2).map { found.labels[$0] }).count == 1)
        #expect(found.labels[0] != found.labels[1])
    }

    @Test("Starved centroids of mini-batches start anew, so that none stays without members")
    func starved() throws {
        let (vectors, _) = clouds(.euclidean)
        var method = MiniBatchReclusterer(CountChoice(.fixed(50)))
        method.batch = 100
        let found = try method.grouping(of: vectors, metric: .euclidean, seed: 1)
        #expect(found.count >= 48)
    }

    @Test(
        "Options name their method",
        arguments: [GroupingOptions.Algorithm.kmeans, .minibatch, .spherical, .agglomerative]
    )
    func options(algorithm: GroupingOptions.Algorithm) throws {
        let (vectors, truth) = clouds(.cosine, count: 900)
        var options = GroupingOptions()
        options.algorithm = algorithm
        options.k = .fixed(6)
        let found = try options.makeReclusterer().grouping(of: vectors, metric: .cosine, seed: 1, lanes: .serial)
        #expect(found.count == 6 && found.reasons.first == "k = 6, as was asked")
        #expect(Quality.adjustedRandIndex(truth, found.labels.map { Int($0) }) > 0.97)
    }
}
