import Foundation
public import Testing

/// Runs each test case on a thread of its own, for tests that block: on the cooperative pool they would run one after
/// the other on a small machine, and hold up everything else.
public struct OwnThreadTrait: TestTrait, SuiteTrait, TestScoping {
    /// A suite passes it on to its tests.
    public var isRecursive: Bool { true }

    /// Runs a test case on a new thread; suites and whole tests pass through.
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        // The task stays the same, so what it expects is still reported as this test's.
        try await withTaskExecutorPreference(ThreadExecutor()) { try await function() }
    }

    private final class ThreadExecutor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
        }
    }
}

extension Trait where Self == OwnThreadTrait {
    /// See ``OwnThreadTrait``.
    public static var ownThread: Self { OwnThreadTrait() }
}
