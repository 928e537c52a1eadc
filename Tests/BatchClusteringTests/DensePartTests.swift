import Foundation
import Kernels
import Testing

@testable import BatchClustering

@Suite("Parts of a dense group")
struct DensePartTests {
    /// An even disc of radius 1 about a point.
    private func disc(_ count: Int, x: Double, _ generator: inout SeededGenerator) -> [Float] {
        (0..<count).flatMap { _ -> [Float] in
            let radius = generator.nextUniform().squareRoot()
            let angle = 2 * .pi * generator.nextUniform()
            return [Float(x + radius * cos(angle)), Float(radius * sin(angle))]
        }
    }

    /// Points along a line in the plane, `spread` to both sides of it.
    private func line(
        _ count: Int,
        spread: Double,
        _ generator: inout SeededGenerator,
        _ place: (Double) -> (x: Double, y: Double)
    ) -> [Float] {
        (0..<count).flatMap { _ -> [Float] in
            let point = place(generator.nextUniform())
            return [
                Float(point.x + spread * (2 * generator.nextUniform() - 1)),
                Float(point.y + spread * (2 * generator.nextUniform() - 1)),
            ]
        }
    }

    private func parts(_ storage: [Float], seed: UInt64 = 1) -> (labels: [Int], count: Int)? {
        DenseParts.find(Matrix(columns: 2, storage: storage), metric: .euclidean, seed: seed)
    }

    @Test("Two discs that a bridge joins are two, a third each and less of the vectors too", arguments: 1...5)
    func bridge(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for sizes in [(100, 100), (140, 70), (400, 300)] {
            var storage = disc(sizes.0, x: 0, &generator) + disc(sizes.1, x: 3, &generator)
            storage += line(6, spread: 0.05, &generator) { (0.9 + 1.2 * $0, 0) }
            let found = try #require(parts(storage, seed: seed), "\(sizes)")
            #expect(found.count == 2)
            let truth = Array(repeating: 0, count: sizes.0) + Array(repeating: 1, count: sizes.1)
            let labels = Array(found.labels.prefix(truth.count))
            #expect(Quality.adjustedRandIndex(truth, labels) > 0.95, "\(sizes)")
        }
    }

    @Test("What is one is not divided: a disc, a stretch, a ring, a half circle", arguments: 1...5)
    func whole(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in [100, 200, 600] {
            #expect(parts(disc(count, x: 0, &generator)) == nil, "disc of \(count)")
            let ring = line(count, spread: 0.05, &generator) { (cos(2 * .pi * $0), sin(2 * .pi * $0)) }
            #expect(parts(ring) == nil, "ring of \(count)")
        }
        #expect(parts(line(800, spread: 0.05, &generator) { (2 * $0, 0) }) == nil, "stretch")
        #expect(parts(line(800, spread: 0.05, &generator) { (cos(.pi * $0), sin(.pi * $0)) }) == nil, "half circle")
    }

    @Test("Few vectors are left together, whatever gaps they show")
    func few() {
        var generator = SeededGenerator(seed: 3)
        let storage = disc(49, x: 0, &generator) + disc(50, x: 9, &generator)
        #expect(parts(storage) == nil)
        #expect(parts(storage + disc(1, x: 9, &generator)) != nil)
    }
}
