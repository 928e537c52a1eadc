import Foundation

/// Waiting that can be ended from outside, once and for all.
final class Patience: Sendable {
    private let condition = NSCondition()
    // Safe: read and written only while `condition` is held.
    nonisolated(unsafe) private var isOver = false

    /// Whether it was ended.
    var ended: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isOver
    }

    /// Ends all waiting, now and later.
    func end() {
        condition.lock()
        isOver = true
        condition.broadcast()
        condition.unlock()
    }

    /// Waits for so many seconds; false where it was ended before.
    func wait(_ seconds: Double) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !isOver {
            if !condition.wait(until: deadline) { return !isOver }
        }
        return false
    }
}
