import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Clusters that grow together between reclusterings")
struct UnionTests {
    private func learner(dimension: Int) -> Learner {
        var options = ClusteringOptions()
        options.halfLife = .records(1000)
        options.sampleCapacity = 2000
        options.warmUpRecords = 800
        return Learner(model: Model(space: "t", dimension: dimension, metric: .euclidean), options: options)
    }

    /// Two groups at ±`apart`/2 and a third far off.
    private func records(_ stream: inout SyntheticStream, _ count: Int, apart: Float) -> Matrix {
        var storage: [Float] = []
        for _ in 0..<count {
            let draw = stream.generator.next() % 3
            let centre: Float = draw == 0 ? -apart / 2 : draw == 1 ? apart / 2 : 0
            storage += [centre + stream.normal(), (draw == 2 ? 40 : 0) + stream.normal()]
        }
        return Matrix(columns: 2, storage: storage)
    }

    @Test("Two that drift towards each other and meet become one: the lighter id ends, the weights add up")
    func meeting() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 3)
        var learner = learner(dimension: 2)
        _ = try learner.process(vectors: records(&stream, 1500, apart: 10), observations: [])
        let ids = Set(learner.model.clusters.map(\.id))
        #expect(ids.count == 3)
        var merged: [LineageEvent] = []
        for step in 0..<160 {
            let apart = max(0, 10 - 0.1 * Float(step))
            let before = learner.model
            let events = try learner.process(vectors: records(&stream, 100, apart: apart), observations: []).lineage
                .filter { $0.kind == .merged }
            if let event = events.first {
                let heir = try #require(learner.model.index(of: event.related[0]))
                let own = try #require(before.index(of: event.cluster))
                let other = try #require(before.index(of: event.related[0]))
                #expect(learner.model.index(of: event.cluster) == nil)
                #expect(event.participants.count == 2 && event.participants[1].weightAfter == nil)
                #expect((event.participants[0].weightBefore ?? 0) >= event.weight)
                let sum = event.weight + (event.participants[0].weightBefore ?? 0)
                #expect(abs(learner.model.weight(of: heir) - sum) < 1e-9)
                #expect(sum <= before.weight(of: own) + before.weight(of: other) + 100)
                #expect(abs(learner.model.clusters[heir].prototypeWeights.reduce(0, +) - sum) < 1e-6)
            }
            let expected = before.totalWeight * exp2(-0.1) + 100
            #expect(abs(learner.model.totalWeight - expected) < 1e-6 * expected)
            merged += events
        }
        #expect(merged.count == 1)
        #expect(learner.model.clusters.count == 2)
        #expect(merged.allSatisfy { ids.contains($0.cluster) && ids.contains($0.related[0]) })
        // What is one by now reaches as far as its members do.
        let heir = try #require(merged.first?.related.first)
        let one = try #require(learner.model.index(of: heir))
        #expect((0.9...2).contains(learner.model.clusters[one].meanDistance))
    }

    /// Directions around two that stand `apart` radians from each other, and around a third.
    private func directions(_ stream: inout SyntheticStream, _ count: Int, apart: Float) -> Matrix {
        var storage: [Float] = []
        for _ in 0..<count {
            let draw = stream.generator.next() % 3
            var vector = (0..<16).map { _ in 0.03 * stream.normal() }
            if draw == 2 {
                vector[2] += 1
            } else {
                vector[0] += cos(apart / 2)
                vector[1] += (draw == 0 ? -1 : 1) * sin(apart / 2)
            }
            storage += vector
        }
        var matrix = Matrix(columns: 16, storage: storage)
        VectorMath.normaliseRows(&matrix)
        return matrix
    }

    @Test("Directions that turn towards each other and meet become one cluster, too; those that stay apart do not")
    func turning() throws {
        for turns in [true, false] {
            var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 7)
            var options = learner(dimension: 16).options
            options.seed = 1
            var learner = Learner(model: Model(space: "t", dimension: 16, metric: .cosine), options: options)
            _ = try learner.process(vectors: directions(&stream, 1500, apart: 1), observations: [])
            #expect(learner.model.clusters.count == 3)
            var merged: [LineageEvent] = []
            for step in 0..<160 {
                let apart = turns ? max(0, 1 - 0.01 * Float(step)) : 1
                merged += try learner.process(vectors: directions(&stream, 100, apart: apart), observations: [])
                    .lineage.filter { $0.kind == .merged }
            }
            #expect(merged.count == (turns ? 1 : 0) && learner.model.clusters.count == (turns ? 2 : 3))
            for centroid in 0..<learner.model.centroids.rows {
                let length = learner.model.centroids[row: centroid].reduce(0) { $0 + $1 * $1 }
                #expect(abs(length - 1) < 1e-4)
            }
        }
    }

    @Test("Those that have always touched stay apart", arguments: [3, 4] as [Float])
    func touching(apart: Float) throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 4)
        var learner = learner(dimension: 2)
        _ = try learner.process(vectors: records(&stream, 1500, apart: apart), observations: [])
        let count = learner.model.clusters.count
        let events = try learner.process(vectors: records(&stream, 15_000, apart: apart), observations: []).lineage
        #expect(!events.contains { $0.kind == .merged })
        #expect(learner.model.clusters.count == count)
    }

    @Test("Those that come near but keep a valley between them stay apart")
    func approaching() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 5)
        var learner = learner(dimension: 2)
        _ = try learner.process(vectors: records(&stream, 1500, apart: 12), observations: [])
        for step in 0..<150 {
            let apart = max(4, 12 - 0.1 * Float(step))
            let events = try learner.process(vectors: records(&stream, 100, apart: apart), observations: []).lineage
            #expect(!events.contains { $0.kind == .merged })
        }
        #expect(learner.model.clusters.count == 3)
    }

    @Test("On endless noise clusters, nursery and sample stay within their ceilings")
    func noise() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 6)
        var options = ClusteringOptions()
        options.maximumClusters = 12
        options.maximumPrototypes = 24
        options.sampleCapacity = 500
        options.halfLife = .records(500)
        var learner = Learner(model: Model(space: "t", dimension: 2, metric: .euclidean), options: options)
        for _ in 0..<40 {
            _ = try learner.process(vectors: stream.noise(500, width: 1000), observations: [])
            #expect(learner.model.clusters.count <= 12)
            #expect(learner.model.nursery.waiting.count <= options.nurseryCapacity)
            #expect(learner.model.sample.slots.count <= 500)
            #expect(learner.model.clusters.reduce(0) { $0 + $1.prototypeWeights.count } == learner.model.centroids.rows)
        }
    }
}
