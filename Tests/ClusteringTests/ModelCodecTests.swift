import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Stored models")
struct ModelCodecTests {
    private static func learner(_ change: (inout ClusteringOptions) -> Void = { _ in }) -> Learner {
        var options = ClusteringOptions()
        options.sampleCapacity = 150
        options.halfLife = .records(400)
        change(&options)
        return Learner(model: Model(space: "text:hash", dimension: 3, metric: .euclidean), options: options)
    }

    /// A model that has seen clusters, outliers and texts.
    private static func trained(_ records: Int = 900) throws -> (learner: Learner, stream: SyntheticStream) {
        var stream = SyntheticStream(clusters: 5, dimension: 3, spread: 1, seed: 21)
        var learner = learner()
        try feed(&learner, &stream, records)
        return (learner, stream)
    }

    private static func feed(_ learner: inout Learner, _ stream: inout SyntheticStream, _ records: Int) throws {
        let (vectors, truth) = stream.records(records)
        let texts = truth.enumerated().map { Observation(timestamp: Int64($0), text: "kind\($1) record \($0 % 13)") }
        _ = try learner.process(vectors: vectors, observations: texts)
        _ = try learner.process(vectors: stream.noise(10, width: 300), observations: [])
        _ = try learner.flush()
    }

    private func stored(_ entries: [ModelEntry]) -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        for entry in entries { result[entry.key] = entry.value }
        return result
    }

    @Test("A stored model comes back equal, with its offsets, and continues to the bit")
    func roundTrip() throws {
        var (learner, stream) = try Self.trained()
        let entries = try ModelCodec.entries(of: learner.model, sourceOffsets: ["logs/0": 17, "logs/1": -1])
        let (model, offsets) = try ModelCodec.decode(stored(entries))
        #expect(model == learner.model)
        #expect(offsets == ["logs/0": 17, "logs/1": -1])
        var other = Learner(model: model, options: learner.options)
        var twin = stream
        for _ in 0..<4 {
            try Self.feed(&learner, &stream, 150)
            try Self.feed(&other, &twin, 150)
        }
        #expect(other.model == learner.model)
        #expect(!learner.model.nursery.waiting.isEmpty)
    }

    @Test("Equal models give equal bytes, meta comes last")
    func determinism() throws {
        let model = try Self.trained().learner.model
        let again = try Self.trained().learner.model
        let entries = try ModelCodec.entries(of: model, sourceOffsets: ["a": 1, "b": 2])
        #expect(try ModelCodec.entries(of: again, sourceOffsets: ["b": 2, "a": 1]) == entries)
        #expect(entries.last?.key == "meta")
    }

    @Test("An empty model is stored and restored")
    func emptyModel() throws {
        let model = Model(space: "s", dimension: 4, metric: .cosine)
        let entries = try ModelCodec.entries(of: model, sourceOffsets: [:])
        #expect(entries.map(\.key) == ["meta"])
        #expect(try ModelCodec.decode(stored(entries)).model == model)
    }

    @Test("Changes applied one after another give the same set as the whole model, and leave out what stayed")
    func changes() throws {
        var (learner, stream) = try Self.trained()
        var set = stored(try ModelCodec.entries(of: learner.model, sourceOffsets: [:]))
        for round in 0..<8 {
            let old = learner.model
            if round == 4 {
                let candidate = try recluster(model: old, options: learner.options)
                _ = try learner.adopt(candidate)
            } else {
                try Self.feed(&learner, &stream, round == 6 ? 700 : 40)
            }
            let changes = try ModelCodec.changes(from: old, to: learner.model, sourceOffsets: ["x": Int64(round)])
            for change in changes { set[change.key] = change.value }
            let whole = try ModelCodec.entries(of: learner.model, sourceOffsets: ["x": Int64(round)])
            #expect(set == stored(whole))
            #expect(try ModelCodec.decode(set).model == learner.model)
        }
        let same = try ModelCodec.changes(from: learner.model, to: learner.model, sourceOffsets: [:])
        #expect(same.map(\.key) == ["meta"])
    }

    @Test("Missing, left-over, damaged and foreign entries are refused with a reason")
    func refusals() throws {
        let good = stored(try ModelCodec.entries(of: try Self.trained().learner.model, sourceOffsets: [:]))
        func refusal(_ change: (inout [String: [UInt8]]) -> Void) -> String {
            var bad = good
            change(&bad)
            do {
                _ = try ModelCodec.decode(bad)
                return "accepted"
            } catch {
                return error.description
            }
        }
        #expect(refusal { $0["meta"] = nil }.contains("no entry \"meta\""))
        #expect(refusal { $0["sample/3"] = nil }.contains("entries are missing or left over"))
        #expect(refusal { $0["cluster/999"] = $0["cluster/1"] }.contains("another entry's value"))
        #expect(refusal { $0["stranger"] = [1] }.contains("not the key of a model's entry"))
        let truncated = good["sample/3"]?.dropLast(9).map(\.self)
        #expect(refusal { $0["sample/3"] = truncated }.contains("truncated or damaged"))
        #expect(refusal { $0["sample/3"] = Array("{}".utf8) }.contains("another kind"))
        #expect(refusal { $0["meta"] = Array("other 12\n{}".utf8) }.contains("another version or program"))
        #expect(refusal { $0["sample/0"] = $0["sample/1"] }.contains("versions are mixed"))
    }

    @Test("Entries of two versions are refused even where all are whole")
    func mixedVersions() throws {
        var (learner, stream) = try Self.trained()
        let old = stored(try ModelCodec.entries(of: learner.model, sourceOffsets: [:]))
        let ids = learner.model.clusters.map(\.id)
        try Self.feed(&learner, &stream, 40)
        try #require(learner.model.clusters.map(\.id) == ids)
        var mixed = stored(try ModelCodec.entries(of: learner.model, sourceOffsets: [:]))
        for id in ids { mixed["cluster/\(id)"] = old["cluster/\(id)"] }
        #expect(throws: ClusteringError.self) { _ = try ModelCodec.decode(mixed) }
    }

    @Test("A delta survives JSON to the bit")
    func deltaCoding() throws {
        var (learner, stream) = try Self.trained()
        _ = try learner.process(vectors: stream.records(20).vectors, observations: [Observation(text: "some text")])
        let bytes = try EntryFormat.encode(learner.pending, key: "delta")
        #expect(try EntryFormat.decode(Delta.self, from: bytes, key: "delta") == learner.pending)
        #expect(learner.pending.records == 20)
    }
}
