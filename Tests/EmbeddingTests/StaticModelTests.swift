import Foundation
import Kernels
import TestSupport
import Testing

@testable import Embedding

@Suite("Static models")
struct StaticModelTests {
    /// Written by Tests/Fixtures/scripts/static_models.py with Model2Vec.
    struct Fixture: Decodable {
        struct Case: Decodable, CustomStringConvertible {
            var folder: String
            var tokenIds: [[Int32]]
            var vectors: [[Float]]
            var description: String { folder }
        }
        struct Distilled: Decodable {
            var tokens: [String]
            /// Pooled vectors of the tokens before anything is done to them.
            var vectors: [[Float]]
            var zipfWeights: [Float]
        }
        var texts: [String]
        var cases: [Case]
        var distilled: Distilled
    }

    static let fixture: Fixture? = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = try? Data(contentsOf: SharedData.fixture("static_models.json")) else { return nil }
        return try? decoder.decode(Fixture.self, from: data)
    }()

    static func folder(_ name: String) -> String { SharedData.fixture("static/\(name)").path }

    static func distillation() throws -> Distillation {
        Distillation(of: try TransformerTextSpace(folder: SharedData.fixture("encoders/prompts").path))
    }

    @Test("that Model2Vec wrote give its vectors", arguments: fixture?.cases ?? [])
    func reference(example: Fixture.Case) throws {
        let texts = try #require(Self.fixture).texts
        let space = StaticTextSpace(try StaticModel(folder: Self.folder(example.folder)), metric: .euclidean)
        let vectors = space.makeLane().embed(texts.map { .text($0) })
        for (row, expected) in example.vectors.enumerated() {
            // Where Model2Vec knows no token it gives up; here the unknown token stands for the text.
            guard !example.tokenIds[row].isEmpty else {
                #expect(space.tokenIDs(of: texts[row]) == [1])
                continue
            }
            #expect(space.tokenIDs(of: texts[row]) == example.tokenIds[row], "\(texts[row])")
            let difference = zip(vectors[row: row], expected).map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-5, "\(texts[row])")
        }
    }

    @Test("are all there")
    func complete() throws {
        #expect(try #require(Self.fixture).cases.map(\.folder) == ["plain", "shared", "sentence"])
    }

    @Test("come of the tokens that Model2Vec keeps, each pooled as the transformer does, in any lanes")
    func tokenVectors() throws {
        let expected = try #require(Self.fixture).distilled
        let distillation = try Self.distillation()
        #expect(distillation.tokens == expected.tokens)
        let vectors = distillation.tokenVectors()
        for (row, vector) in expected.vectors.enumerated() {
            #expect((zip(vectors[row: row], vector).map { abs($0 - $1) }.max() ?? 1) < 1e-4, "\(expected.tokens[row])")
        }
        let lanes = Lanes(count: 3) { parts, body in (0..<parts).reversed().forEach { body($0) } }
        #expect(distillation.tokenVectors(lanes: lanes) == vectors)
        let weights = Distillation.zipfWeights(vectors.rows)
        #expect((zip(weights, expected.zipfWeights).map { abs($0 - $1) }.max() ?? 1) < 1e-6)
    }

    @Test("weigh frequent tokens of a corpus less, and those that it lacks most")
    func corpus() throws {
        let distillation = try Self.distillation()
        let texts = Array(repeating: "disk, disk!", count: 500) + ["quota"]
        let weights = Distillation.weights(counts: distillation.counts(in: texts))
        func weight(_ token: String) throws -> Float {
            weights[try #require(distillation.tokens.firstIndex(of: token))]
        }
        #expect(try weight("disk") < weight("quota") && weight("quota") < weight("fail"))
        #expect(weights.allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test("are read again as they were written, bit for bit, and have one name")
    func roundTrip() throws {
        let distillation = try Self.distillation()
        let vectors = distillation.tokenVectors()
        let model = distillation.model(vectors, weights: Distillation.zipfWeights(vectors.rows))
        let folder = FileManager.default.temporaryDirectory.appending(path: "centroidd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, data) in try model.files(source: "prompts", pooling: "mean") {
            try data.write(to: folder.appending(path: name))
        }
        var options = EmbeddingOptions()
        options.modelFolder = folder.path
        let (made, read) = (StaticTextSpace(model), try options.makeSpace())
        #expect(made.identity == read.identity && read.dimension == vectors.columns)
        let inputs = try #require(Self.fixture).texts.map { SpaceInput.text($0) }
        let together = read.makeLane().embed(inputs)
        let (same, backwards) = (made.makeLane().embed(inputs) == together, made.makeLane().embed(inputs.reversed()))
        #expect(same)
        for row in inputs.indices {
            #expect(abs(VectorMath.norm(Array(together[row: row])) - 1) < 1e-5)
            let alone = together[row: row].elementsEqual(backwards[row: inputs.count - 1 - row])
            #expect(alone)
        }
        options.prefix = "query: "
        #expect(throws: EmbeddingError.self) { try options.makeSpace() }
    }

    @Test("embed the flood of two tiers, whose deep space is the transformer")
    func tiers() throws {
        var options = EmbeddingOptions()
        options.modelFolder = SharedData.fixture("encoders/prompts").path
        let deep = try options.makeSpace()
        options.floodFolder = Self.folder("plain")
        let space = try options.makeSpace()
        options.modelFolder = options.floodFolder
        options.floodFolder = nil
        let flood = try options.makeSpace()
        #expect(space.dimension == flood.dimension && space.deep?.dimension == deep.dimension && flood.deep == nil)
        #expect(space.identity == "tiers:\(flood.identity)+\(deep.identity)")
        let inputs = [SpaceInput.text("disk quota")]
        let same = space.makeLane().embed(inputs) == flood.makeLane().embed(inputs)
        #expect(same)
        options.floodFolder = SharedData.fixture("encoders/prompts").path
        #expect(throws: EmbeddingError.self) { try options.makeSpace() }
    }

    @Test("cut long texts where Model2Vec cuts them")
    func limit() throws {
        let model = try StaticModel(folder: Self.folder("plain"))
        let text = String(repeating: "a ", count: 2_000)
        #expect(StaticTextSpace(model).tokenIDs(of: text).count == min(512, 512 * model.medianLength / 2))
        #expect(StaticTextSpace(model, maximumTokens: 7).tokenIDs(of: "a a a a a a a a a a").count <= 7)
    }

    @Test("are refused where a file is missing, damaged or does not fit")
    func damaged() throws {
        #expect(throws: EmbeddingError.self) { try StaticModel(folder: SharedData.fixture("encoders/cls").path) }
        for (name, change) in [
            ("tokenizer.json", "{}"), ("model.safetensors", "x"), ("config.json", "[]"), ("tokenizer.json", nil),
            ("model.safetensors", nil),
        ] {
            let folder = FileManager.default.temporaryDirectory.appending(path: "centroidd-\(UUID().uuidString)")
            try FileManager.default.copyItem(atPath: Self.folder("plain"), toPath: folder.path)
            defer { try? FileManager.default.removeItem(at: folder) }
            let file = folder.appending(path: name)
            try FileManager.default.removeItem(at: file)
            if let change { try Data(change.utf8).write(to: file) }
            let error = #expect(throws: EmbeddingError.self) { try StaticModel(folder: folder.path) }
            #expect(error?.mend.isEmpty == false)
        }
    }

    @Test(
        "round to binary16 as IEEE 754 says",
        arguments: [
            (Float(1), UInt16(0x3C00)), (-2, 0xC000), (65504, 0x7BFF), (65520, 0x7C00), (0x1p-24, 1), (0x1p-25, 0),
            (0x1.8p-24, 2), (1 + 0x1p-11, 0x3C00), (1 + 0x1.8p-11, 0x3C01), (0, 0), (.infinity, 0x7C00), (1e9, 0x7C00),
        ]
    )
    func halves(value: Float, bits: UInt16) {
        #expect(Safetensors.half(of: value) == bits)
        if bits & 0x7C00 != 0x7C00 {
            #expect(abs(Safetensors.half(bits) - value) <= max(abs(value) * 0x1p-11, 0x1p-25))
        }
    }
}
