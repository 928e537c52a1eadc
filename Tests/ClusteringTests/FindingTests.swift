import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("What a model finds wrong")
struct FindingTests {
    private static func learner(_ change: (inout ClusteringOptions) -> Void = { _ in }) -> Learner {
        var options = ClusteringOptions()
        options.anomalies.falseAlarmRate = 0.01
        change(&options)
        return Learner(model: Model(space: "v", dimension: 2, metric: .euclidean), options: options)
    }

    @Test("A steady stream of a few kinds has nothing wrong")
    func healthy() throws {
        var stream = SyntheticStream(clusters: 5, dimension: 2, spread: 1, seed: 60)
        var learner = Self.learner()
        _ = try learner.process(vectors: stream.records(12_000).vectors, observations: [])
        #expect(learner.model.findings.isEmpty, "\(learner.model.findings)")
        let rate = try #require(learner.model.vigilance.alarmRate)
        #expect(rate > 0.003 && rate < 0.03)
    }

    @Test("A ceiling that is reached and a giant cluster are found, at the thousandth record and not before")
    func ceiling() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 0.5, seed: 61)
        var learner = Self.learner { $0.maximumClusters = 4 }
        _ = try learner.process(vectors: stream.records(900).vectors, observations: [])
        #expect(learner.model.findings.isEmpty)
        _ = try learner.process(vectors: stream.records(1000).vectors, observations: [])
        #expect(learner.model.findings.contains(.ceiling))
        var one = Self.learner { $0.recluster.grouping.k = .fixed(1) }
        _ = try one.process(vectors: stream.records(3000, from: [0]).vectors, observations: [])
        #expect(one.model.findings.contains(.giantCluster))
    }

    @Test("Clusters that get no more records are dying")
    func dying() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 0.5, seed: 62)
        var learner = Self.learner { $0.followsDrift = false }
        _ = try learner.process(vectors: stream.records(4000).vectors, observations: [])
        #expect(!learner.model.findings.contains(.dyingClusters))
        _ = try learner.process(vectors: stream.records(4000, from: [0, 1]).vectors, observations: [])
        #expect(learner.model.findings.contains(.dyingClusters))
    }

    @Test("Too many alarms, too few and drifting scores are told from chance")
    func vigilance() {
        var vigilance = Vigilance()
        vigilance.learn(judged: 400, alarms: 0, scores: [], rate: 0.01)
        #expect(vigilance.alarmRate == nil)
        vigilance.learn(judged: 4000, alarms: 44, scores: Array(repeating: 1, count: 6000), rate: 0.01)
        #expect(!vigilance.isTooLoud(rate: 0.01) && !vigilance.isTooQuiet(rate: 0.01) && !vigilance.isDrifting)
        #expect(vigilance.isTooLoud(rate: 0.001))
        #expect(vigilance.isTooQuiet(rate: 0.1))
        vigilance.learn(judged: 0, alarms: 0, scores: Array(repeating: 3, count: 1000), rate: 0.01)
        #expect(vigilance.isDrifting)
    }

    @Test("Each finding has advice of one sentence")
    func advice() {
        #expect(Set(Finding.allCases.map(\.advice)).count == Finding.allCases.count)
        #expect(Finding.allCases.allSatisfy { !$0.advice.contains(".") && $0.rawValue == $0.rawValue.lowercased() })
    }
}
