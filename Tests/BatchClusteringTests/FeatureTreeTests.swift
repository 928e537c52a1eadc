import BatchClustering
import Kernels
import TestSupport
import Testing

@Suite("Summing up vectors")
struct FeatureTreeTests {
    @Test("Weights and means are conserved, and the limit holds, however the threshold has to grow")
    func conservation() {
        var stream = SyntheticStream(clusters: 9, dimension: 4, spread: 2, seed: 8)
        let (vectors, _) = stream.records(3000)
        var tree = FeatureTree(columns: 4, limit: 200)
        tree.insert(vectors.slice(0..<1500))
        tree.insert(vectors.slice(1500..<3000))
        #expect(tree.count <= 200 && tree.count > 20 && tree.count == tree.weights.count)
        #expect(tree.threshold > 0)
        #expect(tree.weights.reduce(0, +) == 3000)
        for column in 0..<4 {
            let truth = (0..<3000).reduce(0.0) { $0 + Double(vectors[row: $1].dropFirst(column).first ?? 0) }
            let means = tree.means
            let sum = tree.weights.indices.reduce(0.0) {
                $0 + tree.weights[$1] * Double(means.storage[$1 * 4 + column])
            }
            #expect(abs(sum - truth) < 0.1)
        }
    }

    @Test(
        "Rows lie as near to the features as to the leaves of scikit-learn's Birch",
        .enabled(if: SharedData.isPresent, "the public data sets are not here")
    )
    func birch() throws {
        for known in try ChoiceReference.load().summaries {
            let vectors = try publicSet(known.name)
            var tree = FeatureTree(columns: vectors.columns, limit: known.limit)
            tree.insert(vectors)
            #expect(tree.count <= known.limit)
            let nearest = NearestTwo.search(queries: vectors, centroids: tree.means, metric: .euclidean)
            let error = nearest.reduce(0.0) { $0 + Double($1.firstDistance) * Double($1.firstDistance) }
            let mean = error / Double(vectors.rows)
            // Birch's threshold was searched for; ours is found in one pass, and may end with fewer features.
            let leaves = Double(known.leaves) / Double(tree.count)
            #expect(mean <= 1.25 * known.error * leaves, "\(known.name): \(mean) beside \(known.error), \(tree.count)")
        }
    }

    @Test("Few vectors are kept as they are")
    func few() {
        let vectors = Matrix([[0, 0], [1, 0], [0, 1], [5, 5]])
        var tree = FeatureTree(columns: 2, limit: 10)
        tree.insert(vectors)
        #expect(tree.count == 4 && tree.threshold == 0 && tree.means == vectors)
    }

    @Test("Vectors that stand for others: each with its members' mean and number")
    func reduction() {
        var stream = SyntheticStream(clusters: 5, dimension: 3, spread: 1, seed: 2)
        let (vectors, _) = stream.records(2000)
        let reduced = ReducedVectors(vectors, metric: .euclidean, limit: 150)
        #expect(reduced.vectors.rows <= 150 && reduced.owners.count == 2000)
        #expect(reduced == ReducedVectors(vectors, metric: .euclidean, limit: 150, lanes: .mixed))
        for place in 0..<reduced.vectors.rows {
            let members = reduced.owners.indices.filter { reduced.owners[$0] == place }
            #expect(Double(members.count) == reduced.weights[place])
            let mean = members.reduce(Float(0)) { $0 + vectors.storage[$1 * 3] } / Float(members.count)
            #expect(abs(mean - reduced.vectors.storage[place * 3]) < 1e-3)
        }
    }
}
