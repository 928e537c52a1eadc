import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("A stream that becomes another one")
struct ChangeTests {
    @Test("All of the new groups are clusters within 400 records, one each, and none takes an old one's id")
    func groupsThatAppearTogether() throws {
        var stream = SyntheticStream(clusters: 10, dimension: 4, spread: 0.8, seed: 21)
        var options = ClusteringOptions()
        options.warmUpRecords = 800
        var learner = Learner(model: Model(space: "test", dimension: 4, metric: .euclidean), options: options)
        _ = try learner.process(vectors: stream.records(3000, from: Array(0..<5)).vectors, observations: [])
        let old = Set(learner.model.clusters.map(\.id))
        #expect(old.count == 5)
        _ = try learner.process(vectors: stream.records(400, from: Array(5..<10)).vectors, observations: [])
        let (vectors, truth) = stream.records(1000, from: Array(5..<10))
        let found = try learner.process(vectors: vectors, observations: []).assignments
        let ids = Dictionary(grouping: zip(truth, found), by: \.0).mapValues { pairs in
            Dictionary(grouping: pairs, by: \.1.cluster).mapValues(\.count).max { $0.value < $1.value }
        }
        #expect(ids.count == 5)
        #expect(Set(ids.values.compactMap { $0?.key }).subtracting(old).count == 5)
        #expect(ids.values.reduce(0) { $0 + ($1?.value ?? 0) } >= 980)
    }
}
