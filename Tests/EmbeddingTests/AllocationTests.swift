import CAllocations
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Embedding

@Suite("A worker's memory is allocated once")
struct AllocationTests {
    /// What this thread asks for while `work` runs.
    private func allocations(_ work: () -> Void) -> Int {
        let before = centroidd_allocations()
        work()
        return Int(centroidd_allocations() - before)
    }

    private func texts(_ count: Int, words: Int) -> [SpaceInput] {
        let known = ["error", "disk", "quota", "login", "failed", "user", "the", "of", "a", "node"]
        return (0..<count).map { row in
            .text((0..<words).map { known[($0 * 7 + row) % known.count] }.joined(separator: " "))
        }
    }

    @Test(
        "However much the transformer reads, it asks for its result and what a product needs, no more",
        .enabled(if: SharedData.miniLM != nil && centroidd_allocations() >= 0, "needs the model, and no sanitizer"),
        arguments: [Precision.int8, .f32]
    )
    func transformer(precision: Precision) throws {
        let folder = try #require(SharedData.miniLM).path
        let lane = try TransformerTextSpace(folder: folder, precision: precision).makeLane()
        let (few, many, long) = (texts(4, words: 20), texts(64, words: 20), texts(8, words: 200))
        for batch in [long, many, few, long, many, few] { _ = lane.embed(batch) }
        let counts = [few, many, long].map { batch in allocations { _ = lane.embed(batch) } }
        print("ALLOCATIONS", precision, counts)
    }
}
