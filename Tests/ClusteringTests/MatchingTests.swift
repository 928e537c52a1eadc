import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Which cluster goes on as which")
struct MatchingTests {
    /// Records by their living cluster and that of the candidate, all within reach and half of them recent.
    private func overlap(_ table: [[Int]], gap: Double = 0.1, isRecent: Bool = true) -> Overlap {
        var members: [Overlap.Member] = []
        for (row, counts) in table.enumerated() {
            for (column, count) in counts.enumerated() {
                for index in 0..<count {
                    members.append(
                        .init(old: (row, true), new: (column, true), weight: 1, isRecent: isRecent && index % 2 == 0)
                    )
                }
            }
        }
        return Overlap(
            members: members,
            livingReach: table.map { _ in 1 },
            candidateReach: (table.first ?? []).map { _ in 1 }
        ) { _, _ in gap }
    }

    @Test("Each goes on in what has most of its members")
    func kept() {
        let matching = Matching(overlap: overlap([[1, 40, 0], [50, 2, 0], [0, 0, 30]]), options: LineageOptions())
        #expect(matching.target == [1, 0, 2] && matching.source == [1, 0, 2])
    }

    @Test("The matching shares the most in all, not the best pair first")
    func optimal() {
        // Greedily 0 → 0 (50) and 1 → 1 (5); together 0 → 1 and 1 → 0 share 45 + 45.
        let matching = Matching(overlap: overlap([[50, 45], [45, 5]], gap: 1), options: LineageOptions())
        #expect(matching.target == [1, 0])
    }

    @Test("Of a cluster that falls apart the larger part goes on, the other comes from it")
    func split() {
        let matching = Matching(overlap: overlap([[60, 40], [0, 0]]), options: LineageOptions())
        #expect(matching.target[0] == 0 && matching.source[1] == nil)
        #expect(matching.origin(of: 1) == 0)
        let crumb = Matching(overlap: overlap([[90, 10]], gap: 1), options: LineageOptions())
        #expect(crumb.origin(of: 1) == nil, "a tenth is too little to be called split")
    }

    @Test("While the stream drifts, what lies beside a cluster beyond its reach has parted from it")
    func parted() {
        func overlap(gap: Double) -> Overlap {
            let stayed = (0..<40).map { _ in
                Overlap.Member(old: (0, true), new: (0, true), weight: 1)
            }
            let left = (0..<30).map { _ in
                Overlap.Member(old: (0, false), new: (1, true), weight: 1)
            }
            return Overlap(members: stayed + left, livingReach: [1], candidateReach: [1, 1]) { _, column in
                column == 0 ? 0.1 : gap
            }
        }
        let drifting = Matching(overlap: overlap(gap: 1.8), options: LineageOptions(), isDrifting: true)
        #expect(drifting.origin(of: 1) == nil && drifting.parent(of: 1) == 0)
        let far = Matching(overlap: overlap(gap: 2.2), options: LineageOptions(), isDrifting: true)
        #expect(far.parent(of: 1) == nil, "farther than a path leads")
        let still = Matching(overlap: overlap(gap: 1.8), options: LineageOptions())
        #expect(still.parent(of: 1) == nil, "where nothing moves it is a new group")
    }

    @Test("Of clusters that become one the heavier goes on, the other has an heir")
    func merged() {
        let matching = Matching(overlap: overlap([[60], [40]]), options: LineageOptions())
        #expect(matching.source == [0] && matching.target == [0, nil])
        #expect(matching.heir(of: 1) == 0)
    }

    @Test("One that had died before has no heir, whoever took in what was left of it")
    func died() {
        let matching = Matching(overlap: overlap([[60], [40]], isRecent: false), options: LineageOptions())
        #expect(matching.heir(of: 1) == nil)
    }

    @Test("What shares nothing with the living is new, and nothing is kept of what shares nothing with it")
    func bornAndRetired() {
        let matching = Matching(overlap: overlap([[0, 0], [50, 0]]), options: LineageOptions())
        #expect(matching.source == [1, nil] && matching.target == [nil, 0])
        #expect(matching.origin(of: 1) == nil && matching.heir(of: 0) == nil)
    }

    private func model(_ centres: [Float], weight: Double = 10) -> Model {
        var model = Model(space: "t", dimension: 1, metric: .euclidean)
        model.clusters = centres.indices.map { index in
            var cluster = Cluster(id: index + 1, clock: 0, bornAt: 0, revision: 0)
            cluster.weight = weight
            cluster.setPrototypes(weights: [weight])
            return cluster
        }
        model.means = Matrix(columns: 1, storage: centres)
        model.centroids = model.means
        model.nextClusterID = centres.count + 1
        return model
    }

    private func events(
        _ table: [[Int]],
        ids: [Int],
        ways: [Double?],
        isRecent: Bool = true
    ) -> [LineageEvent] {
        let before = model(table.map { _ in 0 })
        var after = model(ids.map { _ in 0 }, weight: 20)
        after.clusters = ids.map { id in
            var cluster = Cluster(id: id, clock: 0, bornAt: 0, revision: 0)
            cluster.weight = 20
            cluster.setPrototypes(weights: [20])
            return cluster
        }
        let matching = Matching(overlap: overlap(table, isRecent: isRecent), options: LineageOptions())
        return Transitions(
            before: before,
            after: after,
            matching: matching,
            rows: Dictionary(uniqueKeysWithValues: ids.indices.map { ($0, $0) }),
            ways: ways,
            options: LineageOptions()
        ).events()
    }

    @Test("Transitions are called by their names")
    func names() {
        #expect(events([[50]], ids: [1], ways: [0.1]).map(\.kind) == [.kept])
        #expect(events([[50]], ids: [1], ways: [0.6]).map(\.kind) == [.moved])
        let split = events([[60, 40]], ids: [1, 2], ways: [0, nil])
        #expect(split.map(\.kind) == [.kept, .split] && split[1].related == [1])
        #expect(split[1].participants.map(\.cluster) == [1, 2])
        #expect(split[1].participants.map(\.overlap) == [0.6, 0.4])
        let merged = events([[60], [40]], ids: [1], ways: [0])
        #expect(merged.map(\.kind) == [.kept, .merged] && merged[1].related == [1] && merged[1].cluster == 2)
        #expect(merged[1].participants.map(\.cluster) == [1, 2])
        #expect(events([[60], [40]], ids: [1], ways: [0], isRecent: false).map(\.kind) == [.kept, .retired])
        #expect(events([[60, 0]], ids: [1, 2], ways: [0, nil]).map(\.kind) == [.kept, .born])
        #expect(events([[0], [50]], ids: [2], ways: [0]).map(\.kind) == [.kept, .retired])
    }

    @Test("An event's JSON has the weights of before and after, and leaves out what there is not")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let all = events([[60, 40], [0, 0]], ids: [1, 3], ways: [0, nil])
        let kept = String(decoding: try encoder.encode(all[0]), as: UTF8.self)
        #expect(kept.contains("\"weight_before\":10") && kept.contains("\"weight\":20"))
        #expect(!kept.contains("participants"))
        let split = String(decoding: try encoder.encode(all[1]), as: UTF8.self)
        #expect(split.contains("\"kind\":\"split\"") && split.contains("\"participants\":[{"))
        #expect(split.contains("\"weight_after\":20") && !split.contains("null"))
        for event in all {
            #expect(try JSONDecoder().decode(LineageEvent.self, from: try encoder.encode(event)) == event)
        }
    }
}

@Suite("Ids of groups that touch, with the default configuration")
struct RetentionTests {
    /// The least share of probes that keep their id through ten reclusterings, each beside the last.
    private func retention(_ model: Model, _ next: (Int) -> Matrix) throws -> Double {
        var learner = Learner(model: model, options: ClusteringOptions())
        _ = try learner.process(vectors: next(4000), observations: [])
        var least = 1.0
        for _ in 0..<10 {
            _ = try learner.process(vectors: next(400), observations: [])
            let before = learner.model
            _ = try learner.adopt(recluster(model: before, options: learner.options))
            let probe = next(600)
            let old = assign(vectors: probe, observations: [], model: before, options: learner.options).assignments
            let new = assign(vectors: probe, observations: [], model: learner.model, options: learner.options)
                .assignments
            let kept = try #require(Quality.idRetention(before: old.map(\.cluster), after: new.map(\.cluster)))
            least = min(least, kept)
        }
        #expect(learner.model.clusters.count > 1)
        return least
    }

    @Test("Gaussians that touch keep their ids", arguments: [1, 2, 3] as [UInt64])
    func touching(seed: UInt64) throws {
        // Four standard deviations apart.
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 2.5, seed: seed)
        let least = try retention(Model(space: "t", dimension: 2, metric: .euclidean)) { stream.records($0).vectors }
        #expect(least >= 0.99)
    }

    @Test("So do directions of many dimensions, as those of text", arguments: [1, 2, 3] as [UInt64])
    func directions(seed: UInt64) throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: seed)
        var topics: [[Float]] = []
        for _ in 0..<20 { topics.append((0..<48).map { _ in stream.normal() }) }
        let least = try retention(Model(space: "t", dimension: 48, metric: .cosine)) { count in
            var storage: [Float] = []
            for _ in 0..<count {
                let topic = topics[Int(stream.generator.next() % 20)]
                storage += topic.map { $0 + 1.2 * stream.normal() }
            }
            var data = Matrix(columns: 48, storage: storage)
            for row in 0..<data.rows { data.normalise(row: row) }
            return data
        }
        #expect(least >= 0.99)
    }
}
