import Foundation
import Synchronization

/// The ceiling on what is in flight between reading and publishing: bytes and batches.
///
/// The reader takes before it reads more and waits while nothing is left; the publisher gives back. This is how
/// back-pressure reaches the consumer: no stage can hold more than the whole pipeline was allowed to take.
final class FlowBudget: Sendable {
    /// What is taken just now.
    struct Usage: Sendable, Equatable {
        var bytes = 0
        var batches = 0
        /// The most bytes that were ever in flight, for reports and tests.
        var peakBytes = 0
    }

    let maximumBytes: Int
    let maximumBatches: Int
    private let condition = NSCondition()
    private let usage = Mutex(Usage())

    init(maximumBytes: Int, maximumBatches: Int) {
        self.maximumBytes = maximumBytes
        self.maximumBatches = maximumBatches
    }

    /// What is taken just now.
    var current: Usage { usage.withLock { $0 } }

    /// Waits until there is room, at most until the deadline; the bytes left, or nil when time ran out.
    func waitForRoom(until deadline: Date) -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            let now = current
            if now.batches < maximumBatches, now.bytes < maximumBytes { return maximumBytes - now.bytes }
            if !condition.wait(until: deadline) { return nil }
        }
    }

    /// Takes one batch of `bytes`. One record larger than what is left may overshoot the ceiling by its own size.
    func take(bytes: Int) {
        usage.withLock {
            $0.bytes += bytes
            $0.batches += 1
            $0.peakBytes = max($0.peakBytes, $0.bytes)
        }
    }

    /// Gives one batch of `bytes` back.
    func giveBack(bytes: Int) {
        usage.withLock {
            $0.bytes -= bytes
            $0.batches -= 1
        }
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }
}
