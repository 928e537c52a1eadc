import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Labels")
struct LabelTests {
    @Test("Term weights are those of the class-based TF-IDF formula")
    func weights() throws {
        let known = try Reference.load().terms
        let clusters = known.counts.enumerated().map { index, counts in
            var cluster = Cluster(id: index + 1, clock: 0, bornAt: 0, revision: 0)
            cluster.terms.merge(counts, factor: 1, capacity: 64)
            return cluster
        }
        let background = Labeller.Background(clusters)
        for (cluster, expected) in zip(clusters, known.weights) {
            let weights = Labeller.weights(cluster.terms, background: background)
            #expect(weights.count == expected.count)
            for entry in weights { #expect(abs(entry.weight - (expected[entry.term] ?? 0)) < 1e-9) }
        }
    }

    @Test("Terms are lower-case words; numbers, stop words and cut-off words are none")
    func terms() {
        #expect(
            Terms.split("The Disk-Quota of user42 EXCEEDED 17 times (0x3f)!") == [
                "disk-quota", "user42", "exceeded", "times",
            ]
        )
        #expect(Terms.split("Straße über naïve") == ["straße", "über", "naïve"])
        #expect(Terms.split("").isEmpty)
        #expect(Terms.split(String(repeating: "word ", count: 1000)).count == Terms.byteLimit / 5)
    }

    @Test("Texts are cut before the character that does not fit")
    func cutting() {
        #expect(Terms.cut("abc", limit: 3) == "abc")
        #expect(Terms.cut("abcd", limit: 3) == "abc")
        #expect(Terms.cut("aé", limit: 2) == "a")
        #expect(Terms.cut("日本語", limit: 7) == "日本")
    }

    @Test("Counts fade, and rare terms make room when there are too many")
    func counts() {
        var counts = TermCounts()
        counts.merge(["old": 8], factor: 1, capacity: 4)
        counts.merge(["new": 3], factor: 0.25, capacity: 4)
        #expect(counts.counts == ["old": 2, "new": 3])
        counts.merge(Dictionary(uniqueKeysWithValues: (0..<20).map { ("t\($0)", 0.5) }), factor: 1, capacity: 4)
        #expect(counts.counts.count == 4)
        #expect(counts.counts["new"] == 3 && counts.counts["old"] == 2)
    }

    @Test("A label is made of the terms that set a cluster apart, in the order of its nearest record")
    func labels() throws {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 0.5, seed: 1)
        let (vectors, truth) = stream.records(400)
        let texts = truth.enumerated().map { index, kind in
            Observation(
                text: kind == 0 ? "service disk quota exceeded \(index)" : "service login of user failed \(index)"
            )
        }
        var learner = Learner(model: Model(space: "t", dimension: 2, metric: .euclidean), options: ClusteringOptions())
        let out = try learner.process(vectors: vectors, observations: texts)
        let labels = Set(learner.model.clusters.map(\.label))
        #expect(labels.contains { $0.hasSuffix("disk quota exceeded") })
        #expect(labels.contains { $0.hasSuffix("login user failed") })
        #expect(out.assignments.last?.label.map(labels.contains) == true)
        #expect(learner.model.clusters.allSatisfy { $0.representatives.count == 3 })
        let distances = learner.model.clusters[0].representatives.map(\.distance)
        #expect(distances == distances.sorted())
    }

    @Test("Without text a cluster is called by its number")
    func numbers() throws {
        var stream = SyntheticStream(clusters: 2, dimension: 2, spread: 0.5, seed: 1)
        var learner = Learner(model: Model(space: "t", dimension: 2, metric: .euclidean), options: ClusteringOptions())
        _ = try learner.process(vectors: stream.records(200).vectors, observations: [])
        #expect(learner.model.clusters.allSatisfy { $0.label == "cluster \($0.id)" && $0.representatives.isEmpty })
    }
}
