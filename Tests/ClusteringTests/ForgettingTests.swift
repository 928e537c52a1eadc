import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Forgetting")
struct ForgettingTests {
    @Test("Centroids and weights follow Spark's StreamingKMeans rule to 1e-6")
    func sparkRule() throws {
        let known = try Reference.load().decay
        var options = ClusteringOptions()
        options.halfLife = .records(known.halfLife)
        options.birth = .distance(1000)
        options.bootstrapRecords = 1_000_000
        options.minimumWeight = 0
        options.followsDrift = false
        var model = Model(space: "test", dimension: 2, metric: .euclidean)
        for (row, centre) in known.start.enumerated() {
            model.clusters.append(Cluster(id: row + 1, clock: 0, bornAt: 0, revision: 0))
            model.means.append(row: centre)
        }
        model.centroids = model.means
        for (batch, state) in zip(known.batches, known.states) {
            let (_, delta) = assign(vectors: Matrix(batch), observations: [], model: model, options: options)
            try model.merge(delta, options: options)
            for row in 0..<3 {
                #expect(abs(model.weight(of: row) - state.weights[row]) < 1e-6)
                for (mine, theirs) in zip(model.centroids[row: row], state.centres[row]) {
                    #expect(abs(Double(mine) - theirs) < 1e-6 * max(1, abs(theirs)))
                }
            }
        }
    }

    @Test("Nothing forgotten: the total weight is the number of records, through births, retirements and refits")
    func weightIsConserved() throws {
        var stream = SyntheticStream(clusters: 6, dimension: 3, spread: 1, seed: 5)
        var options = ClusteringOptions()
        options.halfLife = .none
        options.warmUpRecords = 1600
        options.maximumClusters = 8
        var learner = Learner(model: Model(space: "test", dimension: 3, metric: .euclidean), options: options)
        for round in 0..<30 {
            let batch = round % 4 == 3 ? stream.noise(90, width: 200) : stream.records(90).vectors
            _ = try learner.process(vectors: batch, observations: [])
            let model = learner.model
            #expect(abs(model.totalWeight - Double(model.records)) < 1e-6 * Double(max(1, model.records)))
        }
        let candidate = try recluster(model: learner.model, options: options)
        let adoption = try learner.adopt(candidate)
        #expect(abs(adoption.model.totalWeight - Double(adoption.model.records)) < 1e-6 * 2700)
    }

    @Test("With a half-life the total weight is the geometric sum of its steps")
    func weightFades() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 1, seed: 6)
        var options = ClusteringOptions()
        options.halfLife = .records(200)
        var learner = Learner(model: Model(space: "test", dimension: 2, metric: .euclidean), options: options)
        var expected = 0.0
        for _ in 0..<20 {
            _ = try learner.process(vectors: stream.records(100).vectors, observations: [])
            expected = expected * Forgetting.factor(from: 0, to: 0.5) + 100
        }
        // The first step ends at the bootstrap, so that its halves age by half a step each.
        #expect(abs(learner.model.totalWeight - expected) < 1)
    }

    @Test("A half-life in seconds follows the records' own time, not their number")
    func halfLifeInTime() throws {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 0.5, seed: 7)
        var options = ClusteringOptions()
        options.halfLife = .time(seconds: 10)
        var learner = Learner(model: Model(space: "test", dimension: 2, metric: .euclidean), options: options)
        func feed(at time: Int64) throws {
            let observations = Array(repeating: Observation(timestamp: time), count: 100)
            _ = try learner.process(vectors: stream.records(100).vectors, observations: observations)
        }
        try feed(at: 1_000_000)
        try feed(at: 1_000_000)
        #expect(abs(learner.model.totalWeight - 200) < 1e-6)
        try feed(at: 1_010_000)
        #expect(abs(learner.model.totalWeight - 200) < 1e-6)
        // Time that runs backwards forgets nothing and restores nothing.
        try feed(at: 900_000)
        #expect(abs(learner.model.totalWeight - 300) < 1e-6)
    }
}
