/// What the rate of alarms that was asked for still leaves: the alarms that are due for the records of the remembered past,
/// less those that were told.
///
/// A flood of alarms is told one by one as long as something is left, and then no more: whoever asked for one false alarm
/// in a hundred gets, for an incident of a thousand records after a long calm, many of its records marked, and for one
/// that never ends no more than that share.
struct AlarmBudget: Sendable, Equatable, Codable {
    /// The decayed number of alarms that were due.
    private(set) var due = 0.0
    /// The decayed number of those that were told.
    private(set) var told = 0.0
    private var clock = 0.0

    /// Whether one more alarm is left after `judged` more records with `told` alarms among them.
    func allows(judged: Int, told: Int, rate: Double) -> Bool {
        self.told + Double(told) + 1 <= due + rate * Double(judged)
    }

    /// Takes in records that came until `now`.
    mutating func learn(judged: Int, told: Int, rate: Double, clock now: Double) {
        let factor = Forgetting.factor(from: clock, to: now)
        clock = max(clock, now)
        due = due * factor + rate * Double(judged)
        self.told = self.told * factor + Double(told)
    }
}
