import Streams

@testable import Pipeline

/// A run with all that can go wrong: faults of the log at random places, then a kill at a random moment.
enum BrokenRun {
    /// Injects six faults into `cluster`, starts a pipeline on it, kills it, and waits until its transaction has timed out.
    static func run(
        on cluster: SimulatedLog,
        _ generator: inout SplitMix,
        pipeline: (any RecordLog) -> Pipeline
    ) async throws {
        let calls: [SimulatedFault.Call] = [.send, .sendOffsets, .commit]
        let kinds: [StreamError.Class] = [.abortable, .fatal]
        for _ in 0..<6 {
            cluster.inject(
                SimulatedFault(
                    calls[Int(generator.next() % 3)],
                    StreamError(kinds[Int(generator.next() % 2)], code: "injected", "a fault"),
                    moment: generator.next() % 2 == 0 ? .before : .after,
                    skipping: Int(generator.next() % 4)
                )
            )
        }
        let log = ObservedLog(cluster.client())
        let first = pipeline(log)
        try first.start()
        try await Task.sleep(for: .milliseconds(Int(generator.next() % 120)))
        log.kill()
        first.stop()
        _ = try? await first.waitForEnd()
        cluster.advance(by: .seconds(61))
    }
}
