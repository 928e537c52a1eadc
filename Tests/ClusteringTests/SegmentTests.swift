import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

/// Customers by what can be counted of them: days, orders, pieces and amounts, which come in steps.
@Suite("Segments of customers")
struct SegmentTests {
    private let layout = FeatureLayout(fields: [
        .init(name: "days", kind: .number(.automatic)), .init(name: "orders", kind: .number(.automatic)),
        .init(name: "pieces", kind: .number(.automatic)), .init(name: "amount", kind: .number(.automatic)),
    ])

    /// Customers without groups, but for one in three who has ordered more than once; a hundred to a day.
    private func customers(_ count: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var storage: [Float] = []
        /// How often a success of that chance comes one after the other, and once more.
        func run(_ chance: Double) -> Double { 1 + floor(log(generator.nextUniform()) / log(chance)) }
        for row in 0..<count {
            let orders = generator.nextUniform() < 0.3 ? 1 + run(0.4) : 1
            var pieces = 0.0
            var amount = 0.0
            for _ in 0..<Int(orders) {
                let own = run(0.55)
                pieces += own
                amount += own * (generator.nextUniform() < 0.5 ? 11.77 : 14.96)
            }
            storage += [Float(270 - row / 100), Float(orders), Float(pieces), Float(amount)]
        }
        return Matrix(columns: 4, storage: storage)
    }

    @Test("A young model does not take the steps that numbers come in for segments", arguments: [1, 2, 3] as [UInt64])
    func few(seed: UInt64) throws {
        let rows = customers(1600, seed: seed)
        var learner = Learner(
            model: Model(space: "test", dimension: 4, metric: .euclidean, layout: layout),
            options: ClusteringOptions()
        )
        for start in stride(from: 0, to: 1600, by: 100) {
            _ = try learner.process(vectors: rows.slice(start..<start + 100), observations: [])
            #expect(learner.model.clusters.count <= 10, "after \(start + 100) records")
        }
    }

    @Test("The segment on arrival is the last one of nearly all", arguments: [1, 2, 3] as [UInt64])
    func lasting(seed: UInt64) throws {
        let rows = customers(6000, seed: seed)
        var learner = Learner(
            model: Model(space: "test", dimension: 4, metric: .euclidean, layout: layout),
            options: ClusteringOptions()
        )
        let given = try learner.process(vectors: rows, observations: []).assignments.map { $0.cluster ?? 0 }
        let last = assign(vectors: rows, observations: [], model: learner.model, options: learner.options)
            .assignments.map { $0.cluster ?? 0 }
        #expect(Quality.adjustedRandIndex(Array(given[500...]), Array(last[500...])) > 0.7)
    }

    @Test("The step of a column is that of its median value; without one are two values and what varies continuously")
    func steps() {
        // Ninety customers with one order, nine with two, one with five.
        let orders = [Double](repeating: 1, count: 90) + [Double](repeating: 2, count: 9) + [5]
        #expect(ValueSteps(orders).usual == 1)
        #expect(ValueSteps(orders).gaps == [1: 1, 2: 1])
        #expect(ValueSteps([10, 10, 10, 12, 12, 30, 30, 30, 30] as [Double]).usual == 2)
        #expect(ValueSteps([0, 0, 0, 1, 1, 1] as [Double]).usual == nil)
        #expect(ValueSteps((0..<50).map { Double($0 * $0) } + [0, 0]).usual == nil)
        #expect(ValueSteps([Double]()).usual == nil)
    }

    @Test(
        "Who is one step off what nearly all have is at most a deviation off, and is so still when nothing is sampled anew"
    )
    func oneStep() {
        let layout = FeatureLayout(fields: [.init(name: "orders", kind: .number(.linear))])
        var state = FeatureState(encoding: FeatureEncoding(layout: layout))
        var rows: [[Float]] = []
        for row in 0..<100 {
            rows.append([row == 50 ? 3 : row % 25 == 0 ? 2 : 1])
            state.statistics.add(row: rows[row][...], words: [], record: UInt64(row), encoding: state.encoding)
        }
        let fitted = state.encoding.fitted(to: state.statistics, sample: rows, isYoung: true)
        let again = fitted.fitted(to: state.statistics, sample: [], isYoung: false)
        for encoding in [fitted, again] {
            let two = encoding.encode([2], metric: .euclidean)[0]
            #expect(abs(two - encoding.encode([1], metric: .euclidean)[0] - 1) < 1e-6)
        }
    }

    @Test("Numbers are spread over their steps, and no farther than the nearer of their neighbours")
    func dithering() {
        let encoding = FeatureEncoding(
            layout: FeatureLayout(fields: [
                .init(name: "steps", kind: .number(.linear)), .init(name: "kind", kind: .category(slots: 1)),
                .init(name: "smooth", kind: .number(.linear)),
            ])
        )
        let width = encoding.layout.width
        var generator = SeededGenerator(seed: 1)
        var vectors = Matrix(rows: 4000, columns: width)
        for row in 0..<4000 {
            // 0, 1, 2 and, beyond a gap, 12, 13, 14.
            vectors.storage[row * width] = Float(row % 6 < 3 ? row % 6 : 9 + row % 6)
            vectors.storage[row * width + 1] = Float(row % 2)
            vectors.storage[row * width + width - 1] = Float(generator.nextUniform())
        }
        let spread = encoding.dithered(vectors, seed: 3)
        #expect(spread == encoding.dithered(vectors, seed: 3))
        let moved = (0..<4000).map { spread.storage[$0 * width] - vectors.storage[$0 * width] }
        #expect(moved.allSatisfy { abs($0) <= 0.5 })
        #expect((0..<10).allSatisfy { tenth in moved.contains { Int(10 * ($0 + 0.5)) == tenth } })
        for row in 0..<4000 {
            #expect(spread.storage[row * width + 1] == vectors.storage[row * width + 1])
            #expect(abs(spread.storage[row * width + width - 1] - vectors.storage[row * width + width - 1]) < 0.005)
        }
    }
}
