public import CoreMetrics
import Synchronization

/// One counter or gauge: a number that any thread may change without a lock.
public final class ScalarSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, Sendable {
    private let bits = Atomic<UInt64>(0.0.bitPattern)
    private let onlyGrows: Bool

    init(onlyGrows: Bool) {
        self.onlyGrows = onlyGrows
    }

    /// The number now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    /// Adds; a counter ignores negative amounts, and nothing adds what is not a number.
    public func increment(by amount: Double) {
        guard !amount.isNaN, !(onlyGrows && amount < 0) else { return }
        var current = bits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: current) + amount
            let (done, found) = bits.weakCompareExchange(
                expected: current,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if done { return }
            current = found
        }
    }

    /// Adds.
    public func increment(by amount: Int64) { increment(by: Double(amount)) }
    /// Subtracts; only gauges can.
    public func decrement(by amount: Double) { increment(by: -amount) }
    /// Sets a gauge.
    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    /// Sets a gauge.
    public func set(_ value: Int64) { set(Double(value)) }
    /// Sets a gauge, under the name that recorders use.
    public func record(_ value: Double) { set(value) }
    /// Sets a gauge, under the name that recorders use.
    public func record(_ value: Int64) { set(Double(value)) }
    /// Back to zero.
    public func reset() { set(0.0) }
}

/// One histogram: observations counted by upper bounds, with their sum.
public final class HistogramSeries: RecorderHandler, TimerHandler, Sendable {
    /// A consistent reading.
    public struct Snapshot: Sendable, Equatable {
        /// Upper bounds, ascending; the infinite one is not listed.
        public var bounds: [Double]
        /// Observations per bucket, not cumulative; one more than there are bounds.
        public var counts: [UInt64]
        /// The sum of all observations.
        public var sum: Double
        /// How many observations.
        public var count: UInt64 { counts.reduce(0, +) }
    }

    // The sum and the buckets must be read together, so a lock rather than an atomic per bucket.
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        state = Mutex(Snapshot(bounds: bounds, counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
    }

    /// What was observed so far.
    public var snapshot: Snapshot { state.withLock { $0 } }

    /// Counts an observation; what is not a number is ignored.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        state.withLock { state in
            let bucket = state.bounds.firstIndex { value <= $0 } ?? state.bounds.count
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    /// Counts an observation.
    public func record(_ value: Int64) { record(Double(value)) }
    /// Counts a duration, in seconds.
    public func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
