import Foundation

/// How many records come to a cluster per minute of the records' own time, against what is usual for it, and at that hour
/// of the day.
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
    /// The mean of the counts of the last quarter of an hour; nil before the first minute is over.
    private(set) var recent: Double?
    /// For each hour since midnight UTC the fading mean of the counts of a minute, then for each the minutes that it
    /// remembers; nil before the first minute is over.
    private(set) var season: PackedVector?

    /// The length of a window in milliseconds.
    static let width: Int64 = 60_000
    /// How many windows the moments remember: four hours.
    private static let memory = 240.0
    /// How many windows of an hour of the day its mean remembers: a week of them.
    private static let seasonMemory: Float = 420
    /// Windows that must have passed before anything is said.
    private static let leastWindows = 30.0
    /// How many windows the recent mean remembers, and how many times the usual one it is in a surge.
    private static let recentMemory = 15.0
    private static let surge = 2.0
    /// Windows of an hour of the day from which on its mean is believed: more than one day's.
    private static let leastSeason: Float = 90

    init(timestamp: Int64, count: Double) {
        window = Self.window(of: timestamp)
        self.count = count
    }

    static func window(of timestamp: Int64) -> Int64 {
        Int64((Double(timestamp) / Double(width)).rounded(.down))
    }

    private static func hour(of window: Int64) -> Int { Int(((window / 60) % 24 + 24) % 24) }

    /// Takes in records of a time; those that are late count for the present window.
    mutating func add(_ records: Double, timestamp: Int64) {
        let now = Self.window(of: timestamp)
        guard now > window else { return count += records }
        close(count, window: window)
        // Windows without a record, all but at once where there are many.
        let empty = min(now - window - 1, Int64(8 * Self.memory))
        for step in 0..<max(0, empty) { close(0, window: now - empty + step) }
        window = now
        count = records
    }

    private mutating func close(_ count: Double, window: Int64) {
        windows = min(windows + 1, Self.memory)
        mean += (count - mean) / windows
        square += (count * count - square) / windows
        recent = recent.map { $0 + (count - $0) / Self.recentMemory } ?? count
        if season?.elements.count != 48 { season = PackedVector(elements: Array(repeating: 0, count: 48)) }
        let hour = Self.hour(of: window)
        let mean = season?.elements[hour] ?? 0
        let minutes = min((season?.elements[24 + hour] ?? 0) + 1, Self.seasonMemory)
        season?.elements[24 + hour] = minutes
        season?.elements[hour] = mean + (Float(count) - mean) / minutes
    }

    /// What is expected in a window: the mean of the last hours, or where it is known that of the hour of the day.
    private func expected(in window: Int64) -> (recent: Double, seasonal: Double?) {
        let hour = Self.hour(of: window)
        guard let season, season.elements.count == 48, season.elements[24 + hour] >= Self.leastSeason else {
            return (mean, nil)
        }
        return (mean, Double(season.elements[hour]))
    }

    /// How many times the counts scatter as much as those of chance alone, at least 1.
    private var dispersion: Double {
        max(1, (square - mean * mean) / max(mean, .leastNormalMagnitude))
    }

    /// The probability of as many records as came in the window of a record with that time: a negative binomial with the
    /// mean and the variance of the past, which allow for counts that scatter more than chance alone makes them. What is
    /// usual at that hour of the day is no burst. Nil while the past is short, or the window is another.
    func tail(at timestamp: Int64) -> Double? {
        guard windows >= Self.leastWindows, Self.window(of: timestamp) == window else { return nil }
        let usual = expected(in: window)
        // What was never seen in so many windows may still come once in them.
        let expected = max(usual.recent, usual.seasonal ?? 0) + 1 / windows
        let variance = max(expected * dispersion, expected) * (1 + 2 / windows.squareRoot())
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

    /// The probability that nothing came since the present window until a time: none of as many records as are usual in
    /// between, each of which stands for ``dispersion`` that come together. Nil while the past is short or the cluster does
    /// not come regularly.
    ///
    /// - Parameter since: the window from which on the stream has come without a gap.
    func silence(at timestamp: Int64, since: Int64) -> Double? {
        guard windows >= Self.leastWindows, mean > 0 else { return nil }
        let now = Self.window(of: timestamp)
        // The window that has begun may still bring some.
        let first = max(window + 1, since)
        guard now - first > 1 else { return 1 }
        var missing = 0.0
        for past in first..<min(now, first + Self.longestSilence) {
            let usual = expected(in: past)
            missing += min(usual.recent, usual.seasonal ?? usual.recent)
        }
        return exp(-missing / dispersion)
    }

    /// Whether far more has come in the last quarter of an hour than is usual, by hours before it and at this hour of the
    /// day: a burst that lasts, or a rate that grows slowly and never jumps.
    func isSurging(at timestamp: Int64) -> Bool {
        let now = Self.window(of: timestamp)
        guard windows >= 2 * Self.leastWindows, now - window <= 2, let recent else { return false }
        let expected = expected(in: now)
        let usual = max(expected.recent, expected.seasonal ?? 0)
        // The variance of a fading mean over m windows is that of one over 2 m.
        let deviation = (usual * dispersion / (2 * Self.recentMemory)).squareRoot()
        return recent >= Self.surge * usual && recent >= usual + 5 * deviation && recent * Self.recentMemory >= 20
    }

    /// Minutes beyond which a silence grows no less likely: a week.
    private static let longestSilence: Int64 = 10_080

    private func normalTail(_ deviations: Double) -> Double { 0.5 * erfc(deviations / 2.0.squareRoot()) }
}
