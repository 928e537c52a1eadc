import Dispatch
import Foundation
import Kernels

/// How things are timed.
enum Measure {
    /// Processor seconds of this thread: fair where others share the machine.
    static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Processor seconds of all threads of this process.
    static func wholeProcessorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
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

    /// The median of `repeats` runs of `work` after one that does not count, in wall seconds.
    static func wallMedian(_ repeats: Int = 5, _ work: () -> Void) -> Double {
        work()
        let times = (0..<repeats).map { _ in
            let start = ContinuousClock.now
            work()
            return (ContinuousClock.now - start) / .seconds(1)
        }
        return times.sorted()[repeats / 2]
    }

    /// The least wall seconds of some runs of `work` after one that does not count, as the peers are timed: what other
    /// programs take of two cores makes single runs slower, never faster. Runs go on for about a second.
    static func wall(_ work: () throws -> Void) rethrows -> Double {
        try work()
        var times: [Double] = []
        while times.count < 3 || (times.count < 15 && times.reduce(0, +) < 1) {
            let start = ContinuousClock.now
            try work()
            let elapsed = (ContinuousClock.now - start).components
            times.append(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
            if times.reduce(0, +) > 3 { break }
        }
        return times.min() ?? 0
    }

    /// So many threads of Dispatch.
    static func lanes(_ count: Int) -> Lanes {
        Lanes(count: count) { parts, body in DispatchQueue.concurrentPerform(iterations: parts, execute: body) }
    }

    /// Our seconds beside each peer's, with the ratio: above 1 we are faster.
    static func compare(_ what: String, _ ours: Double, _ peers: [(name: String, seconds: Double)]) {
        print(
            what,
            [("ours", rounded(ours, 3) + " s")]
                + peers.map { ("| \($0.name)", "\(rounded($0.seconds, 3)) s, ratio \(rounded($0.seconds / ours, 2))") }
        )
    }

    static func print(_ what: String, _ figures: [(String, String)]) {
        let text = figures.map { "\($0.0) \($0.1)" }.joined(separator: "   ")
        Swift.print(what.padding(toLength: max(what.count + 2, 36), withPad: " ", startingAt: 0) + text)
        // Seen at once where the output is a file.
        fflush(nil)
    }

    static func rounded(_ value: Double, _ digits: Int = 0) -> String {
        String(format: "%.\(digits)f", value)
    }
}
