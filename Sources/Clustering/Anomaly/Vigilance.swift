import Foundation

/// Whether alarms come at the rate that was asked for, and scores stay as they were.
public struct Vigilance: Sendable, Equatable, Codable {
    /// The fading number of records that could have raised an alarm.
    private(set) var judged = 0.0
    /// The fading number of those that did.
    private(set) var alarms = 0.0
    /// Running means of the scores over about a thousand and about ten thousand records.
    private(set) var recentScore = 0.0
    private(set) var usualScore = 0.0
    /// The number of scores in them.
    private var scores = 0.0

    /// Records judged before the rate is told.
    private static let leastRecords = 500.0
    /// Records that each running mean remembers.
    private static let memories = (recent: 1000.0, usual: 10_000.0)

    init() {}

    /// The share of recent records that raised an alarm, from 0 to 1; nil while they are too few.
    public var alarmRate: Double? { judged >= Self.leastRecords ? alarms / judged : nil }

    /// Takes in a run of records. Half of the past is forgotten after as many as are due to raise twenty alarms.
    mutating func learn(judged: Int, alarms: Int, scores: [Float], rate: Double) {
        let factor = exp2(-Double(judged) / min(1e6, max(2000, 20 / rate)))
        self.judged = self.judged * factor + Double(judged)
        self.alarms = self.alarms * factor + Double(alarms)
        for score in scores where score.isFinite {
            self.scores += 1
            recentScore += (Double(score) - recentScore) / min(self.scores, Self.memories.recent)
            usualScore += (Double(score) - usualScore) / min(self.scores, Self.memories.usual)
        }
    }

    /// Alarms as a multiple, 0 or more, of what chance makes at most of twice the rate; 0 while too few were judged.
    func loudness(rate: Double) -> Double {
        let due = 2 * rate * judged
        return judged >= Self.leastRecords ? alarms / (due + 4 * due.squareRoot() + 3) : 0
    }

    /// A quarter of the alarms that are due, as a multiple of those that came; 0 while less than twenty are due.
    func quietness(rate: Double) -> Double {
        rate * judged >= 20 ? 0.25 * rate * judged / max(alarms, 0.01) : 0
    }

    /// How many times recent scores are as large as usual ones, or these as recent ones: at least 1; 0 while they are few.
    var drift: Double {
        guard scores >= Self.memories.usual / 2, usualScore > 0 else { return 0 }
        let ratio = recentScore / usualScore
        return max(ratio, 1 / max(ratio, 1e-6))
    }
}
