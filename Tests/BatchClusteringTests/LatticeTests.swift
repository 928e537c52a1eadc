import Kernels
import Testing

@testable import BatchClustering

@Suite("Numbers that repeat")
struct LatticeTests {
    /// Purchases: how many, and at one of a few prices.
    private func purchases(_ count: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        let prices: [Float] = [11.77, 12.99, 14.33, 19.97, 24.5]
        let storage = (0..<count).flatMap { _ in
            let pieces = Float(1 + generator.next() % 3)
            return [pieces, pieces * prices[Int(generator.next() % 5)] / 20]
        }
        return Matrix(columns: 2, storage: storage)
    }

    @Test("Of records with few different numbers one of each kind is left, however many there are")
    func distinct() throws {
        let few = purchases(300, seed: 1)
        let many = purchases(1500, seed: 2)
        let kept = try #require(Lattice.distinct(few))
        let more = try #require(Lattice.distinct(many))
        #expect(kept.count <= 15 && more.count <= 15 && kept.count >= 8)
        #expect(kept == kept.sorted() && Set(kept).count == kept.count)
        for row in 0..<few.rows {
            let own = Array(few[row: row])
            let nearest = kept.map { Metric.euclidean.distance(own, Array(few[row: $0])) }.min() ?? .infinity
            #expect(nearest < 0.1)
        }
    }

    @Test("Numbers that are measured do not repeat")
    func measured() {
        var generator = SeededGenerator(seed: 3)
        let storage = (0..<2000).map { _ in Float(generator.nextUniform()) }
        #expect(Lattice.distinct(Matrix(columns: 2, storage: storage)) == nil)
        #expect(Lattice.distinct(Matrix(columns: 2, storage: [1, 1, 1, 1])) == nil)
    }
}
