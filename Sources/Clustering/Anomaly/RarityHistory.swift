/// How many records came to clusters of which share of the weight, decayed: by powers of two, and those that came to
/// none.
struct RarityHistory: Sendable, Equatable, Codable {
    /// The decayed number of records of each step; the last is that of records beyond the reach of every cluster.
    private(set) var arrivals = [Double](repeating: 0, count: steps)
    /// The decay clock, in half-lives, at which they were last brought up to date.
    private var clock = 0.0

    /// The number of steps.
    static let steps = 24
    /// The step of records that no cluster is near to.
    static let unseen = steps - 1

    /// 0 for a cluster of half of the weight or more, 1 for a quarter or more, and so on.
    static func step(share: Double) -> Int {
        guard share > 0 else { return unseen - 1 }
        return min(unseen - 1, max(0, -1 - Int(min(share, 1).exponent)))
    }

    /// The decayed number of records.
    var total: Double { arrivals.reduce(0, +) }

    /// The probability that a record is of this step or a rarer one: the share of those before it, and one more.
    ///
    /// - Parameter pending: records of each step that came since; empty for none.
    func tail(_ step: Int, pending: [Int] = []) -> Double {
        let rarer = arrivals.dropFirst(step).reduce(0, +) + Double(pending.dropFirst(step).reduce(0, +))
        return min(1, (rarer + 1) / (total + Double(pending.reduce(0, +)) + 1))
    }

    /// Takes in the records of each step that came until `now`.
    mutating func learn(_ counts: [Int], clock now: Double) {
        let factor = Forgetting.factor(from: clock, to: now)
        clock = max(clock, now)
        for step in arrivals.indices {
            arrivals[step] = arrivals[step] * factor + (step < counts.count ? Double(counts[step]) : 0)
        }
    }
}
