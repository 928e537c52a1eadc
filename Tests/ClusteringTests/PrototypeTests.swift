import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Clusters of several prototypes")
struct PrototypeTests {
    /// Rings around the same centre, a fixed number of times the radius 1 and 3, with some noise.
    private func rings(_ count: Int, seed: UInt64) -> (vectors: Matrix, truth: [Int]) {
        var generator = SeededGenerator(seed: seed)
        var storage: [Float] = []
        var truth: [Int] = []
        for _ in 0..<count {
            let ring = Int(generator.next() % 2)
            var direction: [Double]
            repeat {
                direction = [generator.nextUniform() * 2 - 1, generator.nextUniform() * 2 - 1]
            } while direction[0] * direction[0] + direction[1] * direction[1] > 1
            let length = (direction[0] * direction[0] + direction[1] * direction[1]).squareRoot()
            let radius = Double(1 + 2 * ring) + 0.3 * (generator.nextUniform() - 0.5)
            storage += direction.map { Float($0 / length * radius) }
            truth.append(ring)
        }
        return (Matrix(columns: 2, storage: storage), truth)
    }

    private func learner(_ change: (inout ClusteringOptions) -> Void = { _ in }) -> Learner {
        var options = ClusteringOptions()
        change(&options)
        return Learner(model: Model(space: "test", dimension: 2, metric: .euclidean), options: options)
    }

    @Test("Rings are one cluster each, which online learning keeps")
    func ringsAreFound() throws {
        let (vectors, truth) = rings(4000, seed: 1)
        var learner = learner()
        let out = try learner.process(vectors: vectors, observations: []).assignments
        let judged = 1000..<4000
        let found = judged.map { out[$0].cluster ?? 0 }
        #expect(Quality.adjustedRandIndex(judged.map { truth[$0] }, found) > 0.95)
        let model = learner.model
        #expect(model.clusters.count == 2)
        #expect(!model.layout.isPlain)
        #expect(model.layout.owners.count == model.centroids.rows)
    }

    @Test("The runner-up is the nearest prototype of another cluster, the distance that to the nearest of the own")
    func runnerUp() throws {
        let (vectors, _) = rings(2000, seed: 2)
        var learner = learner()
        _ = try learner.process(vectors: vectors, observations: [])
        let model = learner.model
        try #require(!model.layout.isPlain)
        let owners = model.layout.owners
        let probe = rings(200, seed: 3).vectors
        let out = assign(vectors: probe, observations: [], model: model, options: learner.options).assignments
        for (row, assignment) in out.enumerated() {
            let distances = owners.indices.map {
                model.metric.distance(Array(probe[row: row]), Array(model.centroids[row: $0]))
            }
            let own = try #require(assignment.cluster.flatMap(model.index(of:)))
            let nearest = try #require(owners.indices.filter { owners[$0] == own }.map { distances[$0] }.min())
            let other = try #require(owners.indices.filter { owners[$0] != own }.map { distances[$0] }.min())
            #expect(abs((assignment.distance ?? -1) - nearest) < 1e-4)
            #expect(abs((assignment.runnerUp?.distance ?? -1) - other) < 1e-4)
            #expect(nearest <= other + 1e-4)
            #expect(assignment.runnerUp?.cluster != assignment.cluster)
        }
    }

    @Test("The prototypes' weights add up to their cluster's, and all weight to the number of records")
    func weights() throws {
        var learner = learner { $0.halfLife = .none }
        _ = try learner.process(vectors: rings(3000, seed: 4).vectors, observations: [])
        let model = learner.model
        for cluster in model.clusters {
            #expect(abs(cluster.prototypeWeights.reduce(0, +) - cluster.weight) < 1e-6 * cluster.weight)
            #expect(cluster.pursuits.count == cluster.prototypeWeights.count)
        }
        #expect(abs(model.totalWeight - 3000) < 1e-6)
    }

    @Test("Prototypes are stored and read back with their cluster")
    func codec() throws {
        var learner = learner()
        _ = try learner.process(vectors: rings(2000, seed: 5).vectors, observations: [])
        try #require(!learner.model.layout.isPlain)
        let entries = try ModelCodec.entries(of: learner.model, sourceOffsets: ["in/0": 7])
        let stored = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value ?? []) })
        let read = try ModelCodec.decode(stored)
        #expect(read.model == learner.model)
    }

    @Test("Deltas of a version before the prototypes were set anew still find their cluster")
    func lateDelta() throws {
        var learner = learner { $0.halfLife = .none }
        _ = try learner.process(vectors: rings(2000, seed: 6).vectors, observations: [])
        let before = learner.model
        let delta = assign(
            vectors: rings(100, seed: 7).vectors,
            observations: [],
            model: before,
            options: learner.options
        ).delta
        var model = before
        model = try adopt(recluster(model: model, options: learner.options), into: model, options: learner.options)
            .model
        try model.merge(delta, options: learner.options)
        #expect(abs(model.totalWeight - 2100) < 1e-6)
        #expect(model.centroids.storage.allSatisfy { $0.isFinite })
    }

    @Test("Endless noise keeps the ceilings on clusters and on prototypes")
    func bounded() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 10)
        var learner = learner {
            $0.maximumClusters = 20
            $0.maximumPrototypes = 40
            $0.sampleCapacity = 1000
            $0.halfLife = .records(500)
        }
        for _ in 0..<10 {
            _ = try learner.process(vectors: stream.noise(400, width: 50), observations: [])
            let adoption = try learner.adopt(recluster(model: learner.model, options: learner.options))
            #expect(adoption.model.clusters.count <= 20)
            #expect(adoption.model.centroids.rows <= 40)
        }
    }
}
