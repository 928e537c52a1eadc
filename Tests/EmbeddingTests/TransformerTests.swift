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

    /// The space in 8-bit integers, or nil where the processor has no fast products of them.
    func int8() throws -> TransformerTextSpace? {
        let folder = try #require(SharedData.miniLM)
        return try? TransformerTextSpace(folder: folder.path, precision: .int8)
    }

    /// Without instructions for sums of byte products weights have a bit less.
    static let leastMean: Float = Int8Weights.limit == 127 ? 0.996 : 0.995

    @Test("in 8-bit integers keeps the direction of every reference text, with a name of its own")
    func fidelity() throws {
        guard let space = try int8() else { return }
        let vectors = space.makeLane().embed(reference.cases.map { .text($0.text) })
        var sum: Float = 0
        for (row, example) in reference.cases.enumerated() {
            let cosine = VectorMath.dot(Array(vectors[row: row]), example.embedding)
            #expect(cosine > 0.985, "\(example.text)")
            sum += cosine
        }
        #expect(sum / Float(reference.cases.count) > Self.leastMean)
        #expect(space.identity == self.space.identity + ":int8" && space.precision == .int8)
    }

    @Test("in 8-bit integers keeps the direction of log lines", .enabled(if: SharedData.isPresent, "needs public data"))
    func logFidelity() throws {
        guard let space = try int8() else { return }
        let folder = SharedData.root.appending(path: "logs/loghub2k")
        var inputs: [SpaceInput] = []
        for name in ["Apache", "BGL", "HDFS", "OpenSSH", "Windows"] {
            let data = try Data(contentsOf: folder.appending(path: "\(name)_2k.log"))
            let lines = data.split(separator: 0x0A).prefix(40)
            inputs += lines.map { .text(String(decoding: $0, as: UTF8.self)) }
        }
        let (exact, fast) = (self.space.makeLane().embed(inputs), space.makeLane().embed(inputs))
        let cosines = inputs.indices.map { VectorMath.dot(Array(exact[row: $0]), Array(fast[row: $0])) }
        #expect(inputs.count == 200 && (cosines.min() ?? 0) > 0.985)
        #expect(cosines.reduce(0, +) / Float(cosines.count) > Self.leastMean)
    }

    @Test("in 8-bit integers gives a text the same bits alone and in any batch")
    func int8Batching() throws {
        guard let space = try int8() else { return }
        let inputs = reference.cases.map { SpaceInput.text($0.text) }
        let lane = space.makeLane()
        let together = lane.embed(inputs)
        let backwards = lane.embed(inputs.reversed())
        for (row, input) in inputs.enumerated() {
            let alone = Array(together[row: row]) == lane.embed([input]).storage
            #expect(alone, "\(input)")
            let same = together[row: row].elementsEqual(backwards[row: inputs.count - 1 - row])
            #expect(same, "\(input)")
        }
    }

    @Test("takes 8-bit integers of itself where they keep the built-in sentences")
    func automatic() throws {
        let folder = try #require(SharedData.miniLM)
        let space = try TransformerTextSpace(folder: folder.path, precision: .automatic)
        #expect(space.precision == (try int8() == nil ? .f32 : .int8))
    }
}
