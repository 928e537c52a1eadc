import Foundation
import Kernels
import Testing

@testable import BatchClustering

@Suite("Round groups that overlap")
struct RoundGroupTests {
    /// Normal variates about centres on a circle, `spread` times the distance of two neighbours apart.
    private func ring(_ groups: Int, spread: Double, count: Int, seed: UInt64) -> (vectors: Matrix, truth: [Int]) {
        var generator = SeededGenerator(seed: seed)
        let radius = 0.5 / sin(.pi / Double(groups))
        var storage: [Float] = []
        var truth: [Int] = []
        for _ in 0..<count {
            let group = Int(generator.next() % UInt64(groups))
            let angle = 2 * .pi * Double(group) / Double(groups)
            let length = spread * (-2 * log(max(generator.nextUniform(), 1e-12))).squareRoot()
            let way = 2 * .pi * generator.nextUniform()
            storage.append(Float(radius * cos(angle) + length * cos(way)))
            storage.append(Float(radius * sin(angle) + length * sin(way)))
            truth.append(group)
        }
        return (Matrix(columns: 2, storage: storage), truth)
    }

    /// Half circles that reach into each other.
    private func moons(_ count: Int, noise: Double, seed: UInt64) -> (vectors: Matrix, truth: [Int]) {
        var generator = SeededGenerator(seed: seed)
        var storage: [Float] = []
        var truth: [Int] = []
        for _ in 0..<count {
            let moon = Int(generator.next() % 2)
            let angle = .pi * generator.nextUniform()
            let length = noise * (-2 * log(max(generator.nextUniform(), 1e-12))).squareRoot()
            let way = 2 * .pi * generator.nextUniform()
            let x = moon == 0 ? cos(angle) : 1 - cos(angle)
            let y = moon == 0 ? sin(angle) : 0.5 - sin(angle)
            storage += [Float(x + length * cos(way)), Float(y + length * sin(way))]
            truth.append(moon)
        }
        return (Matrix(columns: 2, storage: storage), truth)
    }

    private func grouping(_ vectors: Matrix, seed: UInt64) throws -> Partition {
        try AutomaticReclusterer().grouping(of: vectors, metric: .euclidean, seed: seed, lanes: .serial)
    }

    @Test("are found in their number where only a shallow valley lies between them", arguments: 1...3)
    func overlap(seed: UInt64) throws {
        // Neighbours are 3.3 standard deviations apart: the best possible borders leave an index of some 0.8.
        let (vectors, truth) = ring(5, spread: 0.3, count: 2000, seed: seed)
        let found = try grouping(vectors, seed: seed)
        #expect(found.count == 5, "\(found.reasons)")
        #expect(Quality.adjustedRandIndex(truth, found.labels.map(Int.init)) > 0.7)
        #expect(found.reasons.contains { $0.contains("mixture") }, "\(found.reasons)")
    }

    @Test("are not seen in half circles, which a mixture can only imitate", arguments: 1...3)
    func imitation(seed: UInt64) throws {
        let (vectors, truth) = moons(1500, noise: 0.06, seed: seed)
        let found = try grouping(vectors, seed: seed)
        #expect(found.count == 2, "\(found.reasons)")
        #expect(Quality.adjustedRandIndex(truth, found.labels.map(Int.init)) > 0.9)
    }

    @Test("A mixture finds the shares, means and spreads that vectors were drawn with")
    func parameters() {
        let (vectors, _) = ring(3, spread: 0.3, count: 6000, seed: 9)
        let radius = Float(0.5 / sin(.pi / 3))
        let start = Matrix(
            columns: 2,
            storage: (0..<3).flatMap { group -> [Float] in
                let angle = Float(2 * Double.pi * Double(group) / 3 + 0.3)
                return [0.8 * radius * cos(angle), 0.8 * radius * sin(angle)]
            }
        )
        for shape in GaussianMixture.Shape.allCases {
            let mixture = GaussianMixture(vectors, start: start, shape: shape)
            for group in 0..<3 {
                let angle = 2 * Double.pi * Double(group) / 3
                #expect(abs(mixture.shares[group] - 1.0 / 3) < 0.03)
                #expect(abs(mixture.means[2 * group] - Double(radius) * cos(angle)) < 0.03)
                #expect(abs(mixture.means[2 * group + 1] - Double(radius) * sin(angle)) < 0.03)
                #expect(abs(mixture.traces[group] - 2 * 0.09) < 0.02)
                #expect(abs(mixture.logDeterminants[group] - 2 * log(0.09)) < 0.15)
            }
        }
    }

    @Test("A mixture of one component has the likelihood of its mean and covariance, and more rounds never lose any")
    func likelihood() {
        let (vectors, _) = ring(4, spread: 0.3, count: 800, seed: 10)
        let start = vectors.selecting([0, 1, 2, 3])
        var last = -Double.infinity
        for rounds in 1...12 {
            let mixture = GaussianMixture(vectors, start: start, shape: .ellipsoid, rounds: rounds)
            // The prior of the spread may cost a little.
            #expect(mixture.logLikelihood > last - 0.5)
            last = mixture.logLikelihood
            let judged = mixture.judge(vectors)
            #expect(abs(judged.logDensities.reduce(0, +) - last) < 1e-6 * abs(last))
        }
        let one = GaussianMixture(vectors, start: vectors.selecting([0]), shape: .sphere)
        let n = Double(vectors.rows)
        let mean = (0..<2).map { column in
            (0..<vectors.rows).reduce(0.0) { $0 + Double(vectors[row: $1][vectors[row: $1].startIndex + column]) } / n
        }
        #expect(abs(one.means[0] - mean[0]) < 1e-5 && abs(one.means[1] - mean[1]) < 1e-5)
        let square = (0..<vectors.rows).reduce(0.0) { sum, row in
            zip(vectors[row: row], mean).reduce(sum) { $0 + pow(Double($1.0) - $1.1, 2) }
        }
        let variance = square / n / 2
        let expected = -n * (log(2 * .pi * variance) + 1)
        #expect(abs(one.logLikelihood - expected) < 0.001 * abs(expected))
    }
}
