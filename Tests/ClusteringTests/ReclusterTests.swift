import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Reclustering, matching and the gate")
struct ReclusterTests {
    private func trained(
        _ stream: inout SyntheticStream,
        records: Int,
        from allowed: [Int]? = nil,
        _ change: (inout ClusteringOptions) -> Void = { _ in }
    ) throws -> Learner {
        var options = ClusteringOptions()
        change(&options)
        var learner = Learner(
            model: Model(space: "test", dimension: stream.centres[0].count, metric: .euclidean),
            options: options
        )
        _ = try learner.process(vectors: stream.records(records, from: allowed).vectors, observations: [])
        return learner
    }

    @Test("The assignment has the greatest total, as SciPy's")
    func optimalAssignment() throws {
        for known in try Reference.load().assignments {
            let solved = OptimalAssignment.solve(values: known.values, rows: known.rows, columns: known.columns)
            let total = solved.enumerated().reduce(0.0) { sum, pair in
                sum + (pair.element.map { known.values[pair.offset * known.columns + $0] } ?? 0)
            }
            #expect(abs(total - known.total) < 1e-9)
            let used = solved.compactMap { $0 }
            #expect(Set(used).count == used.count && used.count == min(known.rows, known.columns))
        }
    }

    @Test("On a stationary stream ids stay through ten reclusterings")
    func retention() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 5, spread: 1.5, seed: 31)
        var learner = try trained(&stream, records: 4000)
        for _ in 0..<10 {
            _ = try learner.process(vectors: stream.records(500).vectors, observations: [])
            let before = learner.model
            let adoption = try learner.adopt(recluster(model: before, options: learner.options))
            #expect(adoption.verdict.adopted, "\(adoption.verdict.summary)")
            let probe = stream.records(1000).vectors
            let old = assign(vectors: probe, observations: [], model: before, options: learner.options).assignments
            let new = assign(vectors: probe, observations: [], model: learner.model, options: learner.options)
                .assignments
            let kept = try #require(Quality.idRetention(before: old.map(\.cluster), after: new.map(\.cluster)))
            #expect(kept >= 0.99)
        }
    }

    @Test("Clusters that fall apart are split, those that were one are merged, ids of the larger parts live on")
    func splitAndMerge() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 1, seed: 32)
        let (vectors, truth) = stream.records(1500, from: [0, 4, 8])
        var options = ClusteringOptions()
        options.recluster.grouping.k = .fixed(2)
        options.recluster.silhouetteMargin = 2
        options.recluster.minimumRetention = 0
        var learner = Learner(model: Model(space: "test", dimension: 2, metric: .euclidean), options: options)
        _ = try learner.process(vectors: vectors, observations: [])
        #expect(learner.model.clusters.count == 2)

        var wider = options
        wider.recluster.grouping.k = .fixed(3)
        let split = try adopt(recluster(model: learner.model, options: wider), into: learner.model, options: wider)
        #expect(split.lineage.count { $0.kind == .split } == 1)
        #expect(split.lineage.filter { $0.kind == .split }.allSatisfy { $0.related.count == 1 })
        #expect(Set(learner.model.clusters.map(\.id)).isSubset(of: split.model.clusters.map(\.id)))
        let found = assign(vectors: vectors, observations: [], model: split.model, options: wider).assignments
        #expect(Quality.adjustedRandIndex(truth, found.map { $0.cluster ?? -1 }) > 0.99)

        let merged = try adopt(recluster(model: split.model, options: options), into: split.model, options: options)
        let ended = merged.lineage.filter { $0.kind == .merged }
        #expect(ended.count == 1)
        #expect(
            ended.allSatisfy {
                merged.model.index(of: $0.related[0]) != nil && merged.model.index(of: $0.cluster) == nil
            }
        )
        #expect(merged.model.nextClusterID == split.model.nextClusterID)
    }

    @Test("A candidate that is clearly worse is refused, with both figures, and changes nothing")
    func refusal() throws {
        var stream = SyntheticStream(clusters: 6, dimension: 3, spread: 1, seed: 33)
        let learner = try trained(&stream, records: 2000)
        var coarse = learner.options
        coarse.recluster.grouping.k = .fixed(2)
        let adoption = try adopt(recluster(model: learner.model, options: coarse), into: learner.model, options: coarse)
        #expect(!adoption.verdict.adopted)
        #expect(adoption.model == learner.model)
        #expect(adoption.lineage.isEmpty)
        let failed = try #require(adoption.verdict.tests.first { !$0.passed })
        #expect(failed.name == .silhouette)
        #expect(failed.candidate < failed.limit && (failed.current ?? 0) > failed.candidate)
        #expect(adoption.verdict.summary.hasPrefix("refused 2 clusters; silhouette failed"))
    }

    @Test("A candidate is applied to the model as it is by now")
    func lateAdoption() throws {
        var stream = SyntheticStream(clusters: 4, dimension: 3, spread: 1, seed: 34)
        var learner = try trained(&stream, records: 1000)
        let candidate = try recluster(model: learner.model, options: learner.options)
        _ = try learner.process(vectors: stream.records(700).vectors, observations: [])
        let adoption = try learner.adopt(candidate)
        #expect(adoption.verdict.adopted)
        #expect(learner.model.records == 1700)
        #expect(learner.model.version > candidate.modelVersion + 7)
    }

    @Test("Candidates of other models and models without a sample are refused with an error")
    func errors() throws {
        let empty = Model(space: "test", dimension: 3, metric: .euclidean)
        #expect(throws: ClusteringError.self) { _ = try recluster(model: empty, options: ClusteringOptions()) }
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 1, seed: 35)
        let learner = try trained(&stream, records: 200)
        let candidate = try recluster(model: learner.model, options: learner.options)
        #expect(throws: ClusteringError.self) { _ = try adopt(candidate, into: empty, options: learner.options) }
    }

    @Test("The options' defaults are valid, and each bad value is named")
    func problems() {
        #expect(ClusteringOptions().problems().isEmpty)
        var bad = ClusteringOptions()
        bad.halfLife = .records(0)
        bad.birth = .distance(-1)
        bad.maximumClusters = 0
        bad.step = 0
        bad.anomalies.falseAlarmRate = 0.7
        bad.recluster.grouping.k = .fixed(0)
        bad.labels.vocabulary = 1
        #expect(bad.problems().count == 7)
    }

    @Test(
        "Real shapes, one pass, k not given: as good as the best peer that is not told either",
        .enabled(if: SharedData.isPresent, "the public data folder is absent"),
        arguments: [("D31", 0.85), ("R15", 0.9), ("s-set1", 0.95), ("cluto-t7-10k", 0.4)]
    )
    func shapes(set: (name: String, least: Double)) throws {
        let table = try DataTable("clusters/\(set.name).csv")
        var learner = Learner(
            model: Model(space: set.name, dimension: table.vectors.columns, metric: .euclidean),
            options: ClusteringOptions()
        )
        let found = try learner.process(vectors: table.vectors, observations: []).assignments
        let judged = (min(200, found.count / 10)..<found.count).filter { table.labels[$0].lowercased() != "noise" }
        let names = Dictionary(uniqueKeysWithValues: Set(table.labels).sorted().enumerated().map { ($1, $0) })
        let index = Quality.adjustedRandIndex(
            judged.map { names[table.labels[$0]] ?? -1 },
            judged.map { found[$0].cluster ?? -1 }
        )
        #expect(index > set.least)
    }
}
