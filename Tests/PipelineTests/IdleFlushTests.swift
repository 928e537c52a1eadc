import Clustering
import Foundation
import Streams
import Testing

@testable import Pipeline

@Suite("A line that comes alone is answered before the next", .timeLimit(.minutes(2)))
struct IdleFlushTests {
    @Test func answersDoNotWaitForACommit() async throws {
        let (input, output) = (Pipe(), Pipe())
        let log = FileLog(
            inputs: [.descriptor(input.fileHandleForReading.fileDescriptor, name: "lines")],
            output: output.fileHandleForWriting.fileDescriptor
        )
        var options = PipelineOptions(application: "app", clustering: ClusteringOptions())
        options.topics = log.topics
        options.delivery = .atLeastOnce
        options.canRewind = false
        options.flushesWhenIdle = true
        options.commitInterval = .seconds(3600)
        let space = ToySpace()
        let pipeline = Pipeline(
            options: options,
            log: log,
            space: space,
            decoder: RecordDecoder(space: space, format: .text),
            sink: PipelineFixture.silent()
        )
        try pipeline.start()
        for number in 0..<5 {
            try input.fileHandleForWriting.write(contentsOf: Data("a line \(number)\n".utf8))
            // Blocks until there is an answer.
            let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            #expect(answer.hasSuffix("\n") && answer.contains("\"offset\":\(number),"))
        }
        try input.fileHandleForWriting.close()
        try await pipeline.waitForEnd()
    }
}
