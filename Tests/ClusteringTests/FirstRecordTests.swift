import Kernels
import Testing

@testable import Clustering

@Suite("The first records")
struct FirstRecordTests {
    /// Records about places of a grid ten apart.
    private func records(_ groups: [Int], seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        let storage = groups.flatMap { group -> [Float] in
            [
                Float(10 * (group % 4)) + 0.3 * Float(generator.nextUniform()),
                Float(10 * (group / 4)) + 0.3 * Float(generator.nextUniform()),
            ]
        }
        return Matrix(columns: 2, storage: storage)
    }

    @Test("A group of which a single record was seen is a cluster, and records to come belong to it", arguments: 1...3)
    func lone(seed: UInt64) throws {
        let sizes = Array(repeating: 4, count: 8) + Array(repeating: 3, count: 5) + [2, 1]
        let groups = sizes.indices.flatMap { Array(repeating: $0, count: sizes[$0]) }
        var learner = Learner(
            model: Model(space: "grid", dimension: 2, metric: .euclidean),
            options: ClusteringOptions()
        )
        _ = try learner.process(vectors: records(groups, seed: seed), observations: [])
        #expect(learner.model.clusters.count == 15)
        let next = Array(sizes.indices)
        let out = try learner.process(vectors: records(next, seed: seed + 10), observations: []).assignments
        #expect(Set(out.compactMap(\.cluster)).count == 15)
    }

    @Test("Later a single record makes none: it lies apart")
    func outlier() throws {
        var learner = Learner(
            model: Model(space: "grid", dimension: 2, metric: .euclidean),
            options: ClusteringOptions()
        )
        let groups = (0..<199).map { $0 % 12 } + [13]
        _ = try learner.process(vectors: records(groups, seed: 5), observations: [])
        #expect(learner.model.clusters.count == 12)
    }
}
