import Clustering
import Embedding
import Foundation
import Kernels
import Streams
import Testing

@testable import Pipeline

/// The toy space with a memory of texts.
private struct RememberingToySpace: Space {
    let base = ToySpace()
    let memory: LaneMemory

    var dimension: Int { base.dimension }
    var metric: Metric { base.metric }
    var identity: String { base.identity }

    init(bytes: Int) { memory = LaneMemory(bytes: bytes, dimension: base.dimension) }

    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try base.input(from: value) }
    func makeLane() -> any EmbeddingLane { memory.lane(over: base.makeLane()) }
}

@Suite("A stream that repeats itself", .timeLimit(.minutes(5)))
struct RepeatedTextTests {
    private func run(_ space: any Space, batch: Int, _ input: URL, to output: URL) async throws {
        let file = try FileHandle(forWritingTo: output)
        let log = FileLog(inputs: [.file(input.path)], output: file.fileDescriptor)
        var options = PipelineOptions(application: "app", clustering: ClusteringOptions())
        options.topics = log.topics
        options.delivery = .atLeastOnce
        options.canRewind = false
        options.reclustersInline = true
        options.schedule = ReclusterSchedule(period: .records(4000), first: 500)
        options.maximumBatch = batch
        options.smallestBatch = min(batch, 16)
        let pipeline = Pipeline(
            options: options,
            log: log,
            space: space,
            decoder: RecordDecoder(space: space, format: .text),
            sink: PipelineFixture.silent()
        )
        try pipeline.start()
        try await pipeline.waitForEnd()
        try file.close()
    }

    @Test("has the same assignments, byte for byte, with the cache and without, one by one and in batches")
    func sameBytes() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "repeated-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appending(path: "lines")
        var generator = SeededGenerator(seed: 4)
        let lines = (0..<12_000).map { number in
            let kind = Int(generator.next() % 300)
            return number % 400 == 399
                ? "z never seen \(number)"
                : "\(Character(UnicodeScalar(UInt8(97 + kind % 5)))) event \"\(kind)\" of 10.0.0.\(kind % 9)"
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: input)
        var outputs: [Data] = []
        for (bytes, batch) in [(0, 1), (0, 1024), (1 << 20, 1024), (20_000, 333)] {
            let output = folder.appending(path: "out-\(bytes)-\(batch)")
            try Data().write(to: output)
            try await run(RememberingToySpace(bytes: bytes), batch: batch, input, to: output)
            outputs.append(try Data(contentsOf: output))
        }
        #expect(outputs[0].count(where: { $0 == 0x0A }) == lines.count)
        #expect(outputs.allSatisfy { $0 == outputs[0] })
    }
}
