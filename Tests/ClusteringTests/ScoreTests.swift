import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Anomaly scores")
struct ScoreTests {
    private static func records(_ vectors: Matrix, seed: UInt64 = 0) -> [StoredRecord] {
        (0..<vectors.rows).map { row in
            StoredRecord(
                record: UInt64(row),
                clock: 0,
                priority: Reservoir.priority(seed: seed, record: UInt64(row), clock: 0),
                timestamp: nil,
                vector: Array(vectors[row: row]),
                text: nil
            )
        }
    }

    private static func learner(_ vectors: Matrix, metric: Metric = .euclidean) throws -> Learner {
        var learner = Learner(
            model: Model(space: "v", dimension: vectors.columns, metric: metric),
            options: ClusteringOptions()
        )
        _ = try learner.process(vectors: vectors, observations: [])
        _ = try learner.flush()
        return learner
    }

    @Test("The core holds the lowest ranks, however the records came, and scores follow from it")
    func core() {
        var stream = SyntheticStream(clusters: 4, dimension: 3, spread: 1, seed: 4)
        let records = Self.records(stream.records(900).vectors)
        var reservoir = Reservoir()
        var grown = CoreRecords(dimension: 3, metric: .euclidean)
        for start in stride(from: 0, to: 900, by: 60) {
            let part = Array(records[start..<start + 60])
            for record in part { reservoir.offer(record, capacity: 700) }
            grown = grown.taking(part, sampleCapacity: 700)
        }
        #expect(grown == CoreRecords(of: reservoir, dimension: 3, metric: .euclidean))
        let lowest = records.sorted { $0.priority < $1.priority }.prefix(CoreRecords.capacity)
        #expect(grown.records == Array(lowest))
        // The mean distance to the nearest 12 % of 256.
        let query: [Float] = [3, -2, 40]
        let distances = lowest.map { Metric.euclidean.distance(query, $0.vector) }.sorted()
        let expected = distances[..<31].reduce(0, +) / 31
        #expect(abs(grown.scores(Matrix(columns: 3, storage: query))[0] - expected) < 1e-4)
    }

    @Test("A record of the core is measured against the others", arguments: [Metric.euclidean, .cosine])
    func ownScores(metric: Metric) {
        var stream = SyntheticStream(clusters: 3, dimension: 3, spread: 1, seed: 8)
        var vectors = stream.records(120).vectors
        if metric == .cosine { VectorMath.normaliseRows(&vectors) }
        let records = Self.records(vectors)
        let core = CoreRecords(dimension: 3, metric: metric).taking(records, sampleCapacity: 1000)
        let own = core.ownScores()
        #expect(own.count == 120)
        for (place, record) in core.records.enumerated() where place % 7 == 0 {
            let others = records.filter { $0.record != record.record }
            let rest = CoreRecords(dimension: 3, metric: metric).taking(others, sampleCapacity: 1000)
            let expected = rest.scores(Matrix(columns: 3, storage: record.vector))[0]
            // Without the record the others are parted a little differently in time.
            #expect(abs(own[place] - expected) < (metric == .cosine ? 0.02 : 1e-4) * max(1, expected))
        }
    }

    @Test(
        "Among directions: half the distance to the half, half that within which records are found in a quarter of the past"
    )
    func directions() {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 1, seed: 5)
        var vectors = stream.records(800).vectors
        VectorMath.normaliseRows(&vectors)
        let records = Self.records(vectors)
        let core = CoreRecords(dimension: 2, metric: .cosine).taking(records, sampleCapacity: 1000)
        let query: [Float] = [0.6, -0.8]
        func distance(_ record: StoredRecord) -> Float { Metric.cosine.distance(query, record.vector) }
        let inTime = core.records.sorted { $0.record < $1.record }
        let nearest = (0..<8).map { part in inTime[part * 32..<part * 32 + 32].map(distance).min() ?? 0 }.sorted()
        // A quarter of the way from the first to the last of eight.
        let near = nearest[1] + 0.75 * (nearest[2] - nearest[1])
        let expected = (inTime.map(distance).sorted()[127] + near) / 2
        #expect(abs(core.scores(Matrix(columns: 2, storage: query))[0] - expected) < 1e-5)
    }

    @Test("A burst stays odd however many records it brings; what comes now and then is known")
    func bursts() throws {
        func vector(_ angle: Double) -> [Float] { [Float(cos(angle)), Float(sin(angle)), 0] }
        let (usual, rare, burst): ([Float], [Float], [Float]) = (vector(0.1), vector(0.9), [0, 0, 1])
        let rows = (0..<2000).map { row in
            (1000..<1250).contains(row) ? burst : row % 25 == 0 ? rare : usual
        }
        let core = CoreRecords(dimension: 3, metric: .cosine).taking(
            Self.records(Matrix(columns: 3, storage: rows.flatMap { $0 })),
            sampleCapacity: 4000
        )
        let scores = core.scores(Matrix(columns: 3, storage: rare + burst))
        // Many more came at once than now and then.
        #expect(2 * core.records.count { $0.vector == burst } > 3 * core.records.count { $0.vector == rare })
        #expect(scores[0] < 0.5 * Metric.cosine.distance(usual, rare) + 1e-4)
        #expect(scores[1] > 0.8)
    }

    @Test("A kind that has just begun to come is odd in a short past, not in a long one")
    func shortPasts() {
        let (usual, fresh): ([Float], [Float]) = ([1, 0], [0, 1])
        func score(after count: Int) -> Float {
            // The last three tenths bring both.
            let rows = (0..<count).map { 10 * $0 >= 7 * count && $0 % 2 == 0 ? fresh : usual }
            let core = CoreRecords(dimension: 2, metric: .cosine).taking(
                Self.records(Matrix(columns: 2, storage: rows.flatMap { $0 })),
                sampleCapacity: 4000
            )
            return core.scores(Matrix(columns: 2, storage: fresh))[0]
        }
        #expect(score(after: 120) > 0.9)
        #expect(score(after: 2000) < 0.6)
    }

    @Test("A tree parts records as its cuts say; depths are those of random trees on average")
    func tree() {
        #expect(IsolationTree.expectedDepth(1) == 0)
        #expect(IsolationTree.expectedDepth(2) == 1)
        // 2 H(255) - 2 · 255 / 256
        #expect(abs(IsolationTree.expectedDepth(256) - 10.2487) < 1e-3)
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 6)
        let vectors = stream.records(256).vectors
        let rows = (0..<256).map { Array(vectors[row: $0]) }
        var sums = [Float](repeating: 0, count: 256)
        for seed: UInt64 in 0..<200 {
            let tree = IsolationTree(vectors: rows, columns: 2, seed: seed, number: 1)
            sums.withUnsafeMutableBufferPointer { sums in
                vectors.storage.withUnsafeBufferPointer { vectors in
                    guard let to = sums.baseAddress, let from = vectors.baseAddress else { return }
                    tree.addDepths(of: from, rows: 256, columns: 2, to: to)
                }
            }
        }
        let mean = sums.reduce(0, +) / 256 / 200
        #expect(abs(mean - 1) < 0.25)
        // The outermost record is alone long before the innermost.
        let lengths = rows.map { $0[0] * $0[0] + $0[1] * $0[1] }
        let outer = lengths.indices.max { lengths[$0] < lengths[$1] } ?? 0
        let inner = lengths.indices.min { lengths[$0] < lengths[$1] } ?? 0
        #expect(sums[outer] < 0.6 * sums[inner])
    }

    @Test("Equal records make a tree of one leaf; a forest tells what random cuts isolate soon, wherever it lies")
    func forest() throws {
        let same = IsolationTree(vectors: Array(repeating: [1, 2], count: 256), columns: 2, seed: 1, number: 0)
        #expect(same.nodes.allSatisfy { $0.threshold == .infinity })
        var stream = SyntheticStream(clusters: 1, dimension: 6, spread: 1, seed: 7)
        let model = try Self.learner(stream.records(2000).vectors).model
        #expect(model.forest.trees.count == IsolationForest.count)
        var odd = [Float](repeating: 0, count: 6)
        odd[3] = 9
        let depths = model.forest.depths(Matrix(columns: 6, storage: odd + [Float](repeating: 0, count: 6)))
        #expect(depths[0] < 0.8 * depths[1] && depths[1] > 1)
    }

    @Test("The forest forgets: what was odd becomes common")
    func forgetting() throws {
        var options = ClusteringOptions()
        options.halfLife = .records(1000)
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 1, seed: 8)
        var learner = Learner(model: Model(space: "v", dimension: 2, metric: .euclidean), options: options)
        _ = try learner.process(vectors: stream.records(4000, from: [0]).vectors, observations: [])
        let centre = Matrix(columns: 2, storage: stream.centres[8])
        let before = learner.model.scores(centre)[0]
        _ = try learner.process(vectors: stream.records(8000, from: [8]).vectors, observations: [])
        #expect(learner.model.scores(centre)[0] < before / 5)
        #expect(learner.model.forest.depths(centre)[0] > 1)
    }

    @Test("Numeric spaces have trees, directions none")
    func kinds() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 4, spread: 1, seed: 9)
        var vectors = stream.records(300).vectors
        #expect(try Self.learner(vectors).model.forest.trees.count == IsolationForest.count)
        VectorMath.normaliseRows(&vectors)
        #expect(try Self.learner(vectors, metric: .cosine).model.forest.trees.isEmpty)
    }

    @Test("Scores have the same bits in whatever batch the records come")
    func batches() throws {
        var generator = SeededGenerator(seed: 10)
        func draw(_ rows: Int) -> Matrix {
            Matrix(columns: 60, storage: (0..<rows * 60).map { _ in Float(generator.nextUniform()) })
        }
        let model = try Self.learner(draw(1500)).model
        let vectors = draw(250)
        let whole = model.scores(vectors)
        #expect(model.scores(vectors.selecting(Array(31..<40))) == Array(whole[31..<40]))
    }

    @Test("A repeated anomaly does not become normal by owning a cluster")
    func repeated() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 0.5, seed: 11)
        var learner = try Self.learner(stream.records(3000, from: [0, 1, 2]).vectors)
        let odd = stream.records(40, from: [8]).vectors
        _ = try learner.process(vectors: odd, observations: [])
        _ = try learner.process(vectors: stream.records(1500, from: [0, 1, 2]).vectors, observations: [])
        let found = try learner.process(vectors: odd, observations: []).assignments
        #expect(found[..<8].allSatisfy { $0.anomaly })
        #expect(found.allSatisfy { $0.anomaly || $0.isMuted })
    }
}
