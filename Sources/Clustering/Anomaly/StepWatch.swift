/// Keeps count, within a step, of what the thresholds will have learned once the step is merged: how many of the recent
/// records were too strange for them, and how many high scores came.
struct StepWatch {
    private let model: Model
    private let rate: Double
    /// The share of records that may raise an alarm, of whatever kind.
    private let allowed: Double
    /// The records of the step, and the alarms among them.
    private var judged: Int
    private var told: Int
    /// The share of strange ones among the recent records: in the whole stream, and by cluster row.
    private var all: Double
    private var own: [Double]
    /// The decayed number of records that each cluster's own tail is made of; nil of clusters that are not judged by
    /// themselves.
    private let known: [Double?]
    /// The high scores of the step, and by cluster row, of clusters that are judged by themselves, the surprises: the small
    /// tails in the stream with their sign changed. What is too strange to be learned is in neither.
    private var peaks = Peaks()
    private var ownPeaks: [Peaks]

    /// High values in ascending order, and the number of all records.
    private struct Peaks {
        var values: [Double] = []
        var records = 0

        mutating func take(_ value: Double?) {
            records += 1
            if let value { values.insert(value, at: place(of: value)) }
        }

        /// The records with at least a value, which must be a high one.
        func count(atLeast value: Double) -> Int { values.count - place(of: value) }

        /// Where the first value stands that is no smaller.
        private func place(of value: Double) -> Int {
            var low = 0
            var high = values.count
            while low < high {
                let middle = (low + high) / 2
                if values[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// After the records that `delta` has gathered.
    init(model: Model, delta: Delta, options: AnomalyOptions) {
        self.model = model
        rate = options.ofDistance(hasTimes: model.hasTimes).falseAlarmRate
        allowed = options.falseAlarmRate
        (judged, told) = (delta.scores.count, delta.told)
        all = model.threshold.recentAlarms
        own = model.clusters.map { $0.localTail?.recentAlarms ?? 0 }
        known = model.clusters.map { $0.localTail?.isReady == true ? $0.localTail?.total : nil }
        ownPeaks = [Peaks](repeating: Peaks(), count: model.clusters.count)
        for (score, note) in zip(delta.scores, delta.surprises) {
            guard let row = model.index(of: note.cluster) else { continue }
            take(strangeness(score: score, tail: Double(note.tail), row: row), row: row)
        }
    }

    /// Whether alarms flood where a record of the cluster in `row` is judged, more than can be told.
    func isFlood(row: Int) -> Bool {
        let share = known[row] == nil ? all : own[row]
        return share >= ScoreThreshold.floodShare(rate)
            && !model.budget.allows(judged: judged, told: told, rate: allowed)
    }

    /// Counts a record that was judged.
    mutating func count(isAlarm: Bool) {
        judged += 1
        told += isAlarm ? 1 : 0
    }

    /// Whether a record is too strange to be learned: by all scores, and by those of its cluster where these tell.
    struct Strangeness {
        var toAll: Bool
        var toOwn: Bool?
        /// Its score where that is high, and the same of its surprise among those of its cluster.
        var peak: Double?
        var ownPeak: Double?
    }

    /// How strange a score is with a tail in the stream (below 0: not known) for the cluster in `row`; nil where it is not
    /// finite.
    func strangeness(score: Float, tail: Double, row: Int) -> Strangeness? {
        guard score.isFinite else { return nil }
        let toAll = model.threshold.isStrange(score)
        let isPeak = model.threshold.peakLevel.map { Double(score) > $0 } ?? false
        var result = Strangeness(toAll: toAll, peak: isPeak ? Double(score) : nil)
        guard tail >= 0, let local = model.clusters[row].localTail else { return result }
        result.toOwn = local.isStrange(stream: tail, rate: rate) ?? toAll
        if let ownTail = local.tail(stream: tail), ownTail <= Self.small { result.ownPeak = -tail }
        return result
    }

    /// Among the surprises of a cluster those with at most this tail are high: far more than alarms are asked for.
    private static let small = 0.1

    /// Takes in a record of the cluster in `row`.
    mutating func take(_ record: Strangeness?, row: Int) {
        guard let record else { return }
        all = ScoreThreshold.recent(all, isStrange: record.toAll)
        if !record.toAll { peaks.take(record.peak) }
        guard let toOwn = record.toOwn else { return }
        own[row] = ScoreThreshold.recent(own[row], isStrange: toOwn)
        if !toOwn { ownPeaks[row].take(record.ownPeak) }
    }

    /// What the step has brought before a record of the cluster in `row` with a high score: among what judges it, those of
    /// its cluster where these tell, else all. Nothing where its score is not high.
    func arrivals(before record: Strangeness?, row: Int) -> StepArrivals {
        guard let record else { return StepArrivals() }
        if let known = known[row] {
            guard let peak = record.ownPeak else { return StepArrivals() }
            return StepArrivals(higher: ownPeaks[row].count(atLeast: peak), of: ownPeaks[row].records, known: known)
        }
        guard let peak = record.peak else { return StepArrivals() }
        return StepArrivals(higher: peaks.count(atLeast: peak), of: peaks.records, known: model.threshold.body.total)
    }
}

/// What a step has brought before a record: once it is learned, the tail of that record's score is another.
struct StepArrivals: Sendable, Equatable {
    /// Records with at least the score.
    var higher = 0
    /// Records.
    var of = 0
    /// The decayed number of those that the tail was estimated from.
    var known = 0.0

    /// The tail, from 0 to 1, with these records added to those that it was estimated from.
    func corrected(_ tail: Double) -> Double {
        guard known > 0 else { return tail }
        return min(1, (tail * known + Double(higher)) / (known + Double(of)))
    }
}
