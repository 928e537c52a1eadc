import Embedding
import Foundation
import Kernels
import Logging
import Service
import Settings
import Streams
import Synchronization
import Telemetry

/// `centroidd pipe` over a stream of repeated log lines: all stages, the transformer, and the cache before it.
enum PipeBenchmark {
    private static let linesOfFile = 500_000
    private static let files = 6

    /// Log lines without their numbers, drawn again and again: a stream in which few texts are new.
    private static func lines() -> (distinct: Int, text: [UInt8]) {
        let masked = TextCorpus.logLines(20_000).texts.map { line in
            line.split(omittingEmptySubsequences: false, whereSeparator: \.isNumber)
                .reduce(into: "") { text, piece in
                    if piece.isEmpty, text.hasSuffix("<N>") { return }
                    text += text.isEmpty ? piece : "<N>" + piece
                }
        }
        var generator = SeededGenerator(seed: 3)
        var text: [UInt8] = []
        for _ in 0..<linesOfFile {
            text += masked[Int(generator.next() % UInt64(masked.count))].utf8
            text.append(0x0A)
        }
        return (Set(masked).count, text)
    }

    static func run(model: String) async throws {
        let folder = try Folder()
        let (distinct, text) = lines()
        try Data(text).write(to: folder["lines"])
        let sink = EventSink(logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        var settings = Settings()
        settings.space.model = model
        let space = try settings.embeddingOptions.makeSpace()
        let output = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(output) }
        let path = folder["lines"].path
        let log = FileLog(
            inputs: Array(repeating: .file(path), count: files),
            output: output,
            outputTopics: [settings.output.topic]
        )
        let marks = Mutex<[(time: ContinuousClock.Instant, records: Int)]>([])
        let start = ContinuousClock.now
        _ = try await PipeRun(settings: settings, log: log, topics: log.topics, sink: sink).run(space: space) { done in
            marks.withLock { $0.append((.now, done)) }
        }
        let end = ContinuousClock.now
        let count = linesOfFile * files
        let middle = marks.withLock { $0.first { $0.records >= count / 2 } } ?? (time: start, records: 0)
        Measure.print(
            "pipe, MiniLM with cache, repeated log lines",
            [
                ("lines/s", Measure.rounded(Double(count) / ((end - start) / .seconds(1)))),
                (
                    "in its second half",
                    Measure.rounded(Double(count - middle.records) / ((end - middle.time) / .seconds(1)))
                ),
                ("lines", "\(count)"), ("different", "\(distinct)"),
                ("bytes", "\(text.count * files)"),
            ]
        )
    }
}
