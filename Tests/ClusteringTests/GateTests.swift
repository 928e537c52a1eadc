import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("The gate, test by test")
struct GateTests {
    @Test("One of the figures of quality is enough; retention and anomaly rate must both pass")
    func table() {
        typealias Test = Verdict.Test
        let goodShape = Test(.silhouette, candidate: 0.5, current: 0.5, limit: 0.48)
        let badShape = Test(.silhouette, candidate: 0.4, current: 0.5, limit: 0.48)
        let goodIndex = Test(.daviesBouldin, candidate: 0.9, current: 1, limit: 1.1)
        let badIndex = Test(.daviesBouldin, candidate: 1.2, current: 1, limit: 1.1)
        let kept = Test(.retention, candidate: 0.3, current: nil, limit: 0.3)
        let lost = Test(.retention, candidate: 0.29, current: nil, limit: 0.3)
        let quiet = Test(.anomalyRate, candidate: 0.02, current: 0.001, limit: 0.02)
        let loud = Test(.anomalyRate, candidate: 0.03, current: 0.001, limit: 0.02)
        let near = Test(.neighbourAgreement, candidate: 0.9, current: 0.91, limit: 0.89)
        let chopped = Test(.neighbourAgreement, candidate: 0.8, current: 0.91, limit: 0.89)
        #expect(Verdict.passes([]) && Verdict.passes([kept, quiet]) && Verdict.passes([near, kept, quiet]))
        #expect(Verdict.passes([goodShape, badIndex]) && Verdict.passes([badShape, goodIndex]))
        #expect(!Verdict.passes([badShape, badIndex, kept, quiet]) && !Verdict.passes([badShape]))
        #expect(!Verdict.passes([goodShape, goodIndex, lost, quiet]))
        #expect(!Verdict.passes([goodShape, goodIndex, kept, loud]) && !Verdict.passes([chopped, kept]))
    }

    @Test("A summary begins with what decided, and names both figures and the limit")
    func summary() {
        let tests = [
            Verdict.Test(.silhouette, candidate: 0.5, current: 0.45, limit: 0.43),
            Verdict.Test(.anomalyRate, candidate: 0.12345, current: 0.001, limit: 0.021),
        ]
        let verdict = Verdict(adopted: Verdict.passes(tests), clusters: 7, tests: tests, candidate: nil, current: nil)
        #expect(!verdict.adopted && verdict.decisive.map(\.name) == [.anomalyRate])
        #expect(
            verdict.summary == "refused 7 clusters; anomaly_rate failed: 0.1235, now 0.001, at most 0.021;"
                + " silhouette passed: 0.5, now 0.45, at least 0.43"
        )
    }

    private func trained(_ stream: inout SyntheticStream, _ records: Int = 3000) throws -> Learner {
        var learner = Learner(
            model: Model(space: "t", dimension: stream.centres[0].count, metric: .euclidean),
            options: ClusteringOptions()
        )
        _ = try learner.process(vectors: stream.records(records).vectors, observations: [])
        return learner
    }

    @Test("A candidate that would rename most records is refused for it")
    func retention() throws {
        var stream = SyntheticStream(clusters: 6, dimension: 3, spread: 1, seed: 41)
        let learner = try trained(&stream)
        var options = learner.options
        options.recluster.minimumRetention = 1
        options.recluster.silhouetteMargin = 2
        options.recluster.anomalyRateMargin = 1
        options.recluster.grouping.k = .fixed(3)
        options.recluster.grouping.algorithm = .kmeans
        let adoption = try adopt(
            recluster(model: learner.model, options: options),
            into: learner.model,
            options: options
        )
        #expect(!adoption.verdict.adopted && adoption.model == learner.model)
        #expect(adoption.verdict.tests.filter { !$0.passed && !$0.name.isQuality }.map(\.name) == [.retention])
        #expect(adoption.verdict.tests.contains { $0.name == .silhouette && $0.passed })
        #expect(adoption.verdict.summary.hasPrefix("refused 3 clusters; "))
        #expect(adoption.verdict.summary.contains("id_retention failed: "))
    }

    @Test("A candidate that lacks a group flags its records, and is refused for it")
    func anomalies() throws {
        var stream = SyntheticStream(clusters: 6, dimension: 3, spread: 1, seed: 42)
        let learner = try trained(&stream)
        var options = learner.options
        options.recluster.silhouetteMargin = 2
        options.recluster.minimumRetention = 0
        options.birth = .distance(6)
        var candidate = try recluster(model: learner.model, options: options)
        candidate.centroids = candidate.centroids.selecting(Array(0..<candidate.centroids.rows - 1))
        candidate.prototypeCounts.removeLast()
        let adoption = try adopt(candidate, into: learner.model, options: options)
        let test = try #require(adoption.verdict.tests.first { $0.name == .anomalyRate })
        #expect(!adoption.verdict.adopted && !test.passed)
        #expect(test.candidate > 0.1 && (test.current ?? 1) < 0.02)
        #expect(adoption.verdict.candidate?.anomalyRate == test.candidate)
    }

    @Test("Figures found apart lead to the same verdict; retention is that of the model as it is now")
    func assessment() throws {
        var stream = SyntheticStream(clusters: 6, dimension: 3, spread: 1, seed: 44)
        var learner = try trained(&stream)
        var options = learner.options
        let candidate = try recluster(model: learner.model, options: options)
        let assessment = try assess(candidate, beside: learner.model, options: options)
        let direct = try adopt(candidate, into: learner.model, options: options)
        let apart = try adopt(candidate, into: learner.model, options: options, assessment: assessment)
        #expect(direct.verdict.adopted && apart.model == direct.model && apart.verdict == direct.verdict)

        // The model goes on meanwhile.
        _ = try learner.process(vectors: stream.records(200).vectors, observations: [])
        let later = try adopt(candidate, into: learner.model, options: options, assessment: assessment)
        #expect(later.verdict.adopted && later.verdict.candidate == assessment.candidate)
        #expect(later.model.records == learner.model.records)

        options.recluster.minimumRetention = 1.5
        let refused = try adopt(candidate, into: learner.model, options: options, assessment: assessment)
        #expect(!refused.verdict.adopted && refused.model == learner.model)
        #expect(refused.verdict.decisive.map(\.name) == [.retention])

        // The figures may be from before there were clusters, whose ids then count all the same.
        var early = assessment
        early.tests = []
        let first = try adopt(candidate, into: learner.model, options: options, assessment: early)
        #expect(!first.verdict.adopted && first.verdict.decisive.map(\.name) == [.retention])
    }

    /// Two half circles that reach into each other.
    private func moons(_ stream: inout SyntheticStream, _ count: Int) -> Matrix {
        var storage: [Float] = []
        for _ in 0..<count {
            let angle = Float(stream.generator.nextUniform()) * .pi
            let isUpper = stream.generator.next() % 2 == 0
            let x = isUpper ? cos(angle) : 1 - cos(angle)
            let y = isUpper ? sin(angle) : 0.5 - sin(angle)
            storage += [10 * x + 0.5 * stream.normal(), 10 * y + 0.5 * stream.normal()]
        }
        return Matrix(columns: 2, storage: storage)
    }

    @Test("Groups of other shapes are judged by their neighbours: cut through they are refused, as they were adopted")
    func shapes() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 1, seed: 43)
        var options = ClusteringOptions()
        options.recluster.grouping.algorithm = .dbscan
        options.recluster.minimumRetention = 0
        var learner = Learner(model: Model(space: "t", dimension: 2, metric: .euclidean), options: options)
        _ = try learner.process(vectors: moons(&stream, 4000), observations: [])
        try #require(!learner.model.layout.isPlain)
        let same = try adopt(recluster(model: learner.model, options: options), into: learner.model, options: options)
        #expect(same.verdict.adopted, "\(same.verdict.summary)")
        let figure = try #require(same.verdict.tests.first { $0.name == .neighbourAgreement })
        #expect(figure.candidate > 0.97 && (figure.current ?? 0) > 0.97)
        #expect(!same.verdict.tests.contains { $0.name == .silhouette || $0.name == .daviesBouldin })

        var round = options
        round.recluster.grouping.algorithm = .kmeans
        round.recluster.grouping.k = .fixed(12)
        let cut = try adopt(recluster(model: learner.model, options: round), into: learner.model, options: round)
        #expect(
            !cut.verdict.adopted && cut.verdict.decisive.map(\.name).contains(.neighbourAgreement),
            "\(cut.verdict.summary)"
        )
        #expect(cut.model == learner.model)
        #expect(cut.verdict.candidate?.neighbourAgreement != nil && cut.verdict.current?.neighbourAgreement != nil)
        let text = String(decoding: try JSONEncoder().encode(cut.verdict), as: UTF8.self)
        #expect(text.contains("\"neighbour_agreement\"") && text.contains("\"limit\""))
        #expect(try JSONDecoder().decode(Verdict.self, from: Data(text.utf8)) == cut.verdict)
    }

    @Test("Agreement of neighbours is Cohen's kappa")
    func agreement() {
        let line = Matrix(columns: 1, storage: [0, 1, 2.5, 10, 11, 12.5])
        let judge = NeighbourAgreement(vectors: line, metric: .euclidean, neighbours: 1)
        #expect(judge.agreement([0, 0, 0, 1, 1, 1]) == 1)
        #expect(judge.agreement([0, 0, 0, 0, 0, 0]) == nil)
        // Neighbours are 1, 0, 1, 4, 3, 4. Equal in 2 of 6; by chance 3·3 + 3·3 of 36.
        let mixed = judge.agreement([0, 0, 1, 0, 1, 1])
        #expect(abs((mixed ?? 0) - (3.0 / 6 - 0.5) / 0.5) < 1e-12)
        #expect((judge.agreement([0, 1, 0, 1, 0, 1]) ?? 1) < -0.9)
    }
}
