import Embedding
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("all-MiniLM-L6-v2", .enabled(if: SharedData.miniLM != nil, "run `make model` first"))
struct TransformerTests {
    let space: TransformerTextSpace
    let reference: MiniLMReference

    init() throws {
        let folder = try #require(SharedData.miniLM)
        space = try TransformerTextSpace(folder: folder.path)
        reference = try MiniLMReference.load()
    }

    @Test("cuts every reference text into the same tokens")
    func tokens() {
        for example in reference.cases {
            #expect(space.tokenIDs(of: example.text) == example.tokenIds, "\(example.text)")
        }
    }

    @Test("gives every reference text the same vector")
    func vectors() {
        #expect(space.dimension == 384 && space.metric == .cosine)
        let vectors = space.makeLane().embed(reference.cases.map { .text($0.text) })
        for (row, example) in reference.cases.enumerated() {
            let vector = Array(vectors[row: row])
            let cosine = VectorMath.dot(vector, example.embedding) / VectorMath.norm(vector)
            #expect(cosine > 0.99999, "\(example.text)")
            let difference = zip(vector, example.embedding).map { abs($0 - $1) }.max() ?? 0
            #expect(difference < 1e-5, "\(example.text)")
        }
    }

    @Test("gives a text the same bits alone and in any batch")
    func batching() {
        let inputs = reference.cases.map { SpaceInput.text($0.text) }
        let lane = space.makeLane()
        let together = lane.embed(inputs)
        for (row, input) in inputs.enumerated() {
            // Plain truth values: a failure would print all the elements.
            let same = Array(together[row: row]) == lane.embed([input]).storage
            #expect(same, "\(input)")
        }
        let backwards = lane.embed(inputs.reversed())
        for row in inputs.indices {
            let same = together[row: row].elementsEqual(backwards[row: inputs.count - 1 - row])
            #expect(same, "\(inputs[row])")
        }
    }
}
