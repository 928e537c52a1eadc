import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Assigning and learning")
struct StreamTests {
    private func learner(
        dimension: Int,
        metric: Metric = .euclidean,
        _ change: (inout ClusteringOptions) -> Void = { _ in }
    ) -> Learner {
        var options = ClusteringOptions()
        change(&options)
        return Learner(model: Model(space: "test", dimension: dimension, metric: metric), options: options)
    }

    @Test("Before the first cluster exists nothing is said of a record; afterwards everything is")
    func bootstrap() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 0.5, seed: 1)
        var learner = learner(dimension: 2)
        let first = try learner.process(vectors: stream.records(50).vectors, observations: [])
        #expect(first.assignments.allSatisfy { $0.cluster == nil && $0.distance == nil && !$0.anomaly })
        #expect(first.lineage.count { $0.kind == .born } == learner.model.clusters.count)
        let second = try learner.process(vectors: stream.records(50).vectors, observations: [])
        #expect(second.assignments.allSatisfy { $0.cluster != nil && $0.score != nil && $0.tail == nil })
        #expect(learner.model.clusters.count == 3)
    }

    @Test("Results do not depend on how records are cut into batches", arguments: [1, 7, 64, 333])
    func batchCuts(size: Int) throws {
        var stream = SyntheticStream(clusters: 5, dimension: 4, spread: 1, seed: 2)
        let data = stream.records(1000).vectors
        let texts = (0..<1000).map { Observation(timestamp: Int64($0), text: "record number \($0) of kind \($0 % 5)") }
        var whole = learner(dimension: 4)
        var cut = learner(dimension: 4)
        let expected = try whole.process(vectors: data, observations: texts)
        var assignments: [Assignment] = []
        var lineage: [LineageEvent] = []
        for start in stride(from: 0, to: 1000, by: size) {
            let range = start..<min(1000, start + size)
            let part = try cut.process(vectors: data.slice(range), observations: Array(texts[range]))
            assignments += part.assignments
            lineage += part.lineage
        }
        #expect(assignments == expected.assignments)
        #expect(lineage == expected.lineage)
        #expect(cut.model == whole.model)
    }

    @Test("Another seed draws another sample")
    func seedsMatter() throws {
        var stream = SyntheticStream(clusters: 5, dimension: 4, spread: 1, seed: 2)
        let data = stream.records(1000).vectors
        var one = learner(dimension: 4) { $0.sampleCapacity = 100 }
        var two = learner(dimension: 4) {
            $0.sampleCapacity = 100
            $0.seed = 1
        }
        _ = try one.process(vectors: data, observations: [])
        _ = try two.process(vectors: data, observations: [])
        #expect(one.model.sample != two.model.sample)
    }

    @Test("Merging deltas is associative, and equal to one delta of all records")
    func deltaAssociativity() throws {
        var stream = SyntheticStream(clusters: 4, dimension: 3, spread: 1, seed: 4)
        var learner = learner(dimension: 3)
        _ = try learner.process(vectors: stream.records(400).vectors, observations: [])
        let model = learner.model
        // Multiples of 1/64, whose sums are exact.
        let data = Matrix(columns: 3, storage: stream.records(90).vectors.storage.map { ($0 * 64).rounded() / 64 })
        let texts = (0..<90).map { Observation(text: "word\($0 % 7) common") }
        var running = Delta(model: model)
        var parts: [Delta] = []
        for start in stride(from: 0, to: 90, by: 30) {
            var part = Delta(model: model)
            part.records = running.records
            let before = part.records
            _ = assign(
                vectors: data.slice(start..<start + 30),
                observations: Array(texts[start..<start + 30]),
                model: model,
                options: learner.options,
                into: &part
            )
            part.records -= before
            parts.append(part)
            _ = assign(
                vectors: data.slice(start..<start + 30),
                observations: Array(texts[start..<start + 30]),
                model: model,
                options: learner.options,
                into: &running
            )
        }
        let left = try parts[0].merging(parts[1]).merging(parts[2])
        let right = try parts[0].merging(parts[1].merging(parts[2]))
        #expect(left == right)
        var one = model
        var two = model
        try one.merge(left, options: learner.options)
        try two.merge(running, options: learner.options)
        #expect(one == two)
    }

    @Test("Deltas of other versions or dimensions are refused and change nothing")
    func foreignDeltas() throws {
        var model = Model(space: "test", dimension: 2, metric: .euclidean)
        let other = Model(space: "test", dimension: 3, metric: .euclidean)
        let before = model
        #expect(throws: ClusteringError.self) { try model.merge(Delta(model: other), options: ClusteringOptions()) }
        var later = model
        later.version = 4
        #expect(throws: ClusteringError.self) { try model.merge(Delta(model: later), options: ClusteringOptions()) }
        #expect(throws: ClusteringError.self) { _ = try Delta(model: model).merging(Delta(model: later)) }
        #expect(model == before)
    }

    @Test("A group far from all is born as a cluster once it is dense; single outliers are not")
    func births() throws {
        var stream = SyntheticStream(clusters: 4, dimension: 2, spread: 0.5, seed: 8)
        var learner = learner(dimension: 2) { $0.warmUpRecords = 400 }
        _ = try learner.process(vectors: stream.records(1000, from: [0, 1, 2]).vectors, observations: [])
        #expect(learner.model.clusters.count == 3)
        let before = learner.model.nursery.waiting.count
        let lonely = Matrix([[200, 200], [-300, 50], [50, -300], [400, 0]])
        let quiet = try learner.process(vectors: lonely, observations: [])
        _ = try learner.flush()
        #expect(quiet.lineage.isEmpty)
        #expect(learner.model.nursery.waiting.count == before + 4)
        #expect(learner.model.clusters.count == 3)
        var newborn = try learner.process(vectors: stream.records(30, from: [3]).vectors, observations: []).lineage
        newborn += try learner.flush()
        #expect(newborn.map(\.kind) == [.born])
        #expect(learner.model.clusters.count == 4)
        let waiting = learner.model.nursery.waiting.map(\.vector)
        #expect((0..<4).allSatisfy { waiting.contains(Array(lonely[row: $0])) })
    }

    @Test("The far-off members of a heavy cluster never add up to a cluster of their own")
    func fringe() throws {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 1, seed: 16)
        var learner = learner(dimension: 2) {
            $0.halfLife = .records(20_000)
            $0.warmUpRecords = 800
        }
        for _ in 0..<60 { _ = try learner.process(vectors: stream.records(1000).vectors, observations: []) }
        #expect(learner.model.clusters.count == 2)
        #expect(!learner.model.nursery.waiting.isEmpty)
    }

    @Test("The same outlier again and again becomes a cluster, and stays an anomaly while it is rare")
    func repeatedOutlier() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 0.5, seed: 9)
        var learner = learner(dimension: 2) { $0.warmUpRecords = 800 }
        _ = try learner.process(vectors: stream.records(4000).vectors, observations: [])
        let same = Matrix(columns: 2, storage: (0..<20).flatMap { _ in [Float(90), -90] })
        let first = try learner.process(vectors: same, observations: [])
        #expect(first.assignments[..<10].allSatisfy { $0.anomaly && $0.reason == .far })
        #expect(first.assignments.allSatisfy { $0.anomaly || $0.isMuted })
        let events = try learner.flush()
        #expect(events.map(\.kind) == [.born])
        let later = try learner.process(vectors: same, observations: [])
        #expect(later.assignments.allSatisfy { ($0.anomaly || $0.isMuted) && $0.distance == 0 })
        // After a while without it, it is told again.
        _ = try learner.process(vectors: stream.records(2000).vectors, observations: [])
        let again = try learner.process(vectors: same, observations: [])
        #expect(again.assignments[..<8].allSatisfy { $0.anomaly && $0.distance == 0 })
    }

    @Test("Endless noise grows nothing: clusters, nursery and sample keep their ceilings, ids are never reused")
    func boundedUnderNoise() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 10)
        var learner = learner(dimension: 2) {
            $0.maximumClusters = 12
            $0.nurseryCapacity = 40
            $0.sampleCapacity = 200
            $0.halfLife = .records(300)
            $0.birth = .distance(30)
            $0.birthMembers = 3
        }
        var seen: Set<Int> = []
        var gone: Set<Int> = []
        for _ in 0..<60 {
            let out = try learner.process(vectors: stream.noise(200, width: 2000), observations: [])
            for event in out.lineage {
                if event.kind == .born || event.kind == .split { #expect(seen.insert(event.cluster).inserted) }
                if event.kind == .retired || event.kind == .merged { #expect(gone.insert(event.cluster).inserted) }
            }
            let model = learner.model
            #expect(model.clusters.count <= 12 && model.nursery.waiting.count <= 40 && model.sample.slots.count <= 200)
            #expect(gone.isDisjoint(with: model.clusters.map(\.id)))
        }
        #expect(!gone.isEmpty)
        #expect(learner.model.nextClusterID > seen.max() ?? 0)
    }

    @Test("A cluster whose members stay away is retired when its weight has faded")
    func retirement() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 0.5, seed: 11)
        var learner = learner(dimension: 2) {
            $0.halfLife = .records(100)
            $0.warmUpRecords = 200
        }
        _ = try learner.process(vectors: stream.records(300).vectors, observations: [])
        #expect(learner.model.clusters.count == 3)
        let out = try learner.process(vectors: stream.records(1500, from: [0, 1]).vectors, observations: [])
        #expect(out.lineage.map(\.kind) == [.retired])
        #expect(learner.model.clusters.count == 2)
    }

    @Test("The sample keeps recent records: old ones fade with the half-life", arguments: [300, 20_000])
    func sampleFades(capacity: Int) throws {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 1, seed: 12)
        var learner = learner(dimension: 2) {
            $0.halfLife = .records(500)
            $0.sampleCapacity = capacity
            $0.warmUpRecords = 0
        }
        for _ in 0..<10 { _ = try learner.process(vectors: stream.records(500).vectors, observations: []) }
        let model = learner.model
        let living = model.sample.living(at: model.clock)
        // The faded weight of the stream is 500 / ln 2 = 721 records.
        if capacity == 300 { #expect(living.count == 300) } else { #expect(abs(living.count - 721) < 80) }
        // Exponential ages with a half-life of 500 have a mean of 721.
        let mean = living.reduce(0) { $0 + 5000 - Double($1.record) } / Double(living.count)
        #expect(mean > 600 && mean < 850)
    }

    @Test("Under cosine centroids are of unit length and weights stay right")
    func spherical() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 3, spread: 1, seed: 13)
        var data = stream.records(600, from: [1, 3]).vectors
        VectorMath.normaliseRows(&data)
        var learner = learner(dimension: 3, metric: .cosine) { $0.halfLife = .none }
        _ = try learner.process(vectors: data, observations: [])
        let model = learner.model
        #expect(!model.clusters.isEmpty)
        for row in 0..<model.centroids.rows {
            let length = model.centroids[row: row].reduce(0) { $0 + $1 * $1 }
            #expect(abs(length - 1) < 1e-5)
        }
        #expect(abs(model.totalWeight - 600) < 1e-6)
    }

    @Test("Vectors that are not finite get no cluster, poison nothing, and are counted", arguments: [0, 600])
    func unsoundVectors(trained: Int) throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 0.5, seed: 14)
        var learner = learner(dimension: 2) { $0.halfLife = .none }
        _ = try learner.process(vectors: stream.records(trained).vectors, observations: [])
        let bad = Matrix([[.nan, 0], [0, .infinity], [-.infinity, .nan], [3e38, 3e38]])
        let out = try learner.process(vectors: bad, observations: []).assignments
        #expect(out.allSatisfy { $0.cluster == nil && $0.score == nil && !$0.anomaly })
        _ = try learner.process(vectors: stream.records(200).vectors, observations: [])
        _ = try learner.flush()
        let model = learner.model
        #expect(model.records == UInt64(trained + 204))
        #expect(abs(model.totalWeight - Double(trained + 204)) < 1e-6)
        #expect(model.clusters.count == 3)
        #expect(model.centroids.storage.allSatisfy { $0.isFinite })
        #expect(model.sample.slots.allSatisfy { $0.vector.allSatisfy(\.isFinite) })
    }

    @Test("A cluster that wanders is followed, and keeps its id")
    func drift() throws {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 0.5, seed: 15)
        var learner = learner(dimension: 2) { $0.halfLife = .records(400) }
        _ = try learner.process(vectors: stream.records(600).vectors, observations: [])
        let ids = learner.model.clusters.map(\.id)
        try #require(ids.count == 2)
        var way: Float = 0
        for _ in 0..<60 {
            way += 0.05
            let data = stream.records(100).vectors
            let moved = Matrix(columns: 2, storage: data.storage.enumerated().map { $1 + ($0 % 2 == 1 ? way : 0) })
            _ = try learner.process(vectors: moved, observations: [])
        }
        #expect(learner.model.clusters.map(\.id) == ids)
        for row in 0..<2 {
            let height = Array(learner.model.centroids[row: row])[1]
            #expect(height > way - 0.6 && height < way)
        }
    }
}
