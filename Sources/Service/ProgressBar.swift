import Foundation
import Synchronization

/// A line on standard error that says how far long work has come; only on a terminal, and only after two seconds.
public final class ProgressBar: Sendable {
    private let title: String
    private let total: Int?
    private let isShown: Bool
    private let started = ContinuousClock.now
    private let drawn = Mutex(false)

    /// A bar for `total` units of work (nil: not known).
    public init(_ title: String, total: Int?, quiet: Bool = false) {
        self.title = title
        self.total = total
        isShown = !quiet && isatty(STDERR_FILENO) == 1
    }

    /// Redraws it.
    public func update(_ done: Int) {
        let elapsed = (ContinuousClock.now - started).inSeconds
        guard isShown, elapsed > 2 else { return }
        let rate = Double(done) / elapsed
        var line = "\r\u{1B}[K\(title) "
        if let total, total > 0 {
            let share = min(1, Double(done) / Double(total))
            let bar = String(repeating: "█", count: Int(share * 30))
            let left = rate > 0 ? Double(total - done) / rate : 0
            line += "\(bar.padding(toLength: 30, withPad: "░", startingAt: 0)) \(Int(share * 100)) %  "
            line += "\(Int(left)) s left  "
        }
        write(line + "\(done) at \(Int(rate))/s")
    }

    /// Clears the line.
    public func finish() {
        if drawn.withLock({ $0 }) { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        drawn.withLock { $0 = true }
        StandardError.write(text)
    }
}
