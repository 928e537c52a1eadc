import CAllocations
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Embedding

@Suite("A worker's memory is allocated once")
struct AllocationTests {
    /// How often this thread asks for 4 KiB or more while `work` runs.
    private func allocations(_ work: () -> Void) -> Int {
        let before = centroidd_large_allocations()
        work()
        return Int(centroidd_large_allocations() - before)
    }

    private func texts(_ count: Int, words: Int) -> [SpaceInput] {
        let known = ["error", "disk", "quota", "login", "failed", "user", "the", "of", "a", "node"]
        return (0..<count).map { row in
            .text((0..<words).map { known[($0 * 7 + row) % known.count] }.joined(separator: " "))
        }
    }

    @Test(
        "However much the transformer reads, it asks for its result and no more",
        .enabled(
            if: SharedData.miniLM != nil && centroidd_large_allocations() >= 0,
            "needs the model, and no sanitizer"
        ),
        arguments: [Precision.int8, .f32]
    )
    func transformer(precision: Precision) throws {
        let folder = try #require(SharedData.miniLM).path
        let lane = try TransformerTextSpace(folder: folder, precision: precision).makeLane()
        let (few, many, long) = (texts(4, words: 20), texts(64, words: 20), texts(8, words: 200))
        for batch in [long, many, few, long, many, few] { _ = lane.embed(batch) }
        for batch in [few, many, long] { #expect(allocations { _ = lane.embed(batch) } == 1) }
    }

    @Test(
        "A text that is remembered costs its row of the result and no more",
        .enabled(if: centroidd_large_allocations() >= 0, "needs a build without sanitizer")
    )
    func cache() throws {
        let space = CachedTextSpace(WordSpace(), bytes: 1 << 20)
        let lane = space.makeLane()
        let batch = texts(50, words: 20)
        _ = lane.embed(batch)
        #expect(allocations { _ = lane.embed(batch) } == 1)
    }
}

/// Vectors of 384 elements that cost nothing.
private struct WordSpace: TokenizingSpace {
    let dimension = 384
    let metric = Metric.cosine
    let identity = "words"

    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { .text(try TextInput.check(value)) }
    func tokenIDs(of text: String) -> [Int32] { [] }
    func makeLane() -> any EmbeddingLane { Lane() }

    private final class Lane: EmbeddingLane {
        func embed(_ inputs: [SpaceInput]) -> Matrix { Matrix(rows: inputs.count, columns: 384, repeating: 1) }
    }
}
