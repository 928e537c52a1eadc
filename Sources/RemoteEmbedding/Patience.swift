import Foundation

/// Waiting that can be ended from outside, once and for all.
final class Patience: Sendable {
    private let condition = NSCondition()
    // Safe: read and written only while `condition` is held.
    nonisolated(unsafe) private var isOver = false
    // Safe: read and written only while `condition` is held.
    nonisolated(unsafe) private var awakenings = 0

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

    /// Ends the waiting of those who wait now.
    func wake() {
        condition.lock()
        awakenings += 1
        condition.broadcast()
        condition.unlock()
    }

    /// Waits for so many seconds, or until woken; false where it was ended before.
    func wait(_ seconds: Double) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        let awakenings = awakenings
        while !isOver, awakenings == self.awakenings {
            if !condition.wait(until: deadline) { break }
        }
        return !isOver
    }
}
