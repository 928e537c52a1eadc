import Foundation
import Streams
import Testing

@testable import Pipeline

@Suite("Back-pressure", .timeLimit(.minutes(2)))
struct BackPressureTests {
    @Test func memoryStaysUnderTheCeilingHoweverFastTheInputIs() async throws {
        var fixture = try PipelineFixture()
        fixture.space.delay = 0.005
        fixture.options.memory = 64 << 10
        try fixture.cluster.append(
            (0..<3_000).map { number in
                OutgoingRecord(
                    topic: "logs",
                    partition: Int32(number % 4),
                    value: Array("a \(number) ".utf8) + [UInt8](repeating: 0x62, count: 300)
                )
            }
        )
        let pipeline = fixture.pipeline()
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { fixture.outputSources().count == 3_000 })
        pipeline.stop()
        try await pipeline.waitForEnd()
        let memory = pipeline.memory
        let largest = 96 + 400 + 8 * 4 + 512
        #expect(memory.peak <= memory.ceiling + largest, "one record may overshoot, no more")
        #expect(memory.peak > memory.ceiling / 2, "the input was fast enough to reach the ceiling")
        #expect(memory.inFlight == 0)
    }
}
