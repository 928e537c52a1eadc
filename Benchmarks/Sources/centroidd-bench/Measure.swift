import Foundation

/// How things are timed.
enum Measure {
    /// Processor seconds of this thread: fair where others share the machine.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The median of `repeats` runs of `work` after one that does not count, in processor seconds.
    static func median(_ repeats: Int = 5, _ work: () -> Void) -> Double {
        work()
        let times = (0..<repeats).map { _ in
            let start = processorSeconds()
            work()
            return processorSeconds() - start
        }
        return times.sorted()[repeats / 2]
    }

    static func print(_ what: String, _ figures: [(String, String)]) {
        let text = figures.map { "\($0.0) \($0.1)" }.joined(separator: "   ")
        Swift.print(what.padding(toLength: max(what.count, 34), withPad: " ", startingAt: 0) + text)
    }

    static func rounded(_ value: Double, _ digits: Int = 0) -> String {
        String(format: "%.\(digits)f", value)
    }
}
