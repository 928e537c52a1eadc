import Foundation

/// How many records come to a cluster per minute of the records' own time, against what is usual for it.
struct ClusterRate: Sendable, Equatable, Codable {
    /// The number of the present minute since 1970.
    private(set) var window: Int64
    /// The records that came in it.
    private(set) var count: Double
    /// The past minutes that the moments remember.
    private(set) var windows = 0.0
    /// The fading mean of the counts, and of their squares.
    private(set) var mean = 0.0
    private(set) var square = 0.0

    /// The length of a window in milliseconds.
    static let width: Int64 = 60_000
    /// How many windows the moments remember: four hours.
    private static let memory = 240.0
    /// Windows that must have passed before anything is said.
    private static let leastWindows = 30.0

    init(timestamp: Int64, count: Double) {
        window = Self.window(of: timestamp)
        self.count = count
    }

    static func window(of timestamp: Int64) -> Int64 {
        Int64((Double(timestamp) / Double(width)).rounded(.down))
    }

    /// Takes in records of a time; those that are late count for the present window.
    mutating func add(_ records: Double, timestamp: Int64) {
        let now = Self.window(of: timestamp)
        guard now > window else { return count += records }
        close(count)
        // Windows without a record, all but at once where there are many.
        for _ in 0..<min(now - window - 1, Int64(8 * Self.memory)) { close(0) }
        window = now
        count = records
    }

    private mutating func close(_ count: Double) {
        windows = min(windows + 1, Self.memory)
        mean += (count - mean) / windows
        square += (count * count - square) / windows
    }

    /// The probability of as many records as came in the window of a record with that time: a negative binomial with the
    /// mean and the variance of the past, which allow for counts that scatter more than chance alone makes them. Nil while
    /// the past is short, or the window is another.
    func tail(at timestamp: Int64) -> Double? {
        guard windows >= Self.leastWindows, Self.window(of: timestamp) == window else { return nil }
        // What was never seen in so many windows may still come once in them.
        let expected = mean + 1 / windows
        let variance = max(square - mean * mean, expected) * (1 + 2 / windows.squareRoot())
        guard count > expected + 2 * variance.squareRoot(), variance > expected else { return 1 }
        // Successes r and probability p of a negative binomial of that mean and variance.
        let p = expected / variance
        let r = expected * p / (1 - p)
        var term = exp(r * log(p))
        guard term > 0 else { return normalTail((count - 0.5 - expected) / variance.squareRoot()) }
        var below = 0.0
        for k in 0..<Int(min(count, 1e6)) {
            below += term
            term *= (Double(k) + r) / (Double(k) + 1) * (1 - p)
        }
        return max(0, 1 - below)
    }

    private func normalTail(_ deviations: Double) -> Double { 0.5 * erfc(deviations / 2.0.squareRoot()) }
}
