/// Keeps count, within a step, of what the thresholds will have learned once the step is merged: how many of the recent
/// records were too strange for them, and how many high scores came.
struct StepWatch {
    private let model: Model
    private let rate: Double
    /// The share of strange ones among the recent records: in the whole stream, and by cluster row where one came.
    private var all: Double
    private var own: [Int: Double] = [:]
    /// High scores of the step, and of clusters judged by themselves the small tails in the stream, by cluster row. What is
    /// too strange to be learned is in neither.
    private var peaks = Peaks<Float>()
    private var ownPeaks: [Int: Peaks<Double>] = [:]

    /// High values, and how many records they are of.
    private struct Peaks<Value> {
        var values: [Value] = []
        var records = 0.0
    }

    /// After the records that `delta` has gathered.
    init(model: Model, delta: Delta, options: AnomalyOptions) {
        self.model = model
        rate = options.ofDistance(hasTimes: model.hasTimes).falseAlarmRate
        all = model.threshold.recentAlarms
        for (score, note) in zip(delta.scores, delta.surprises) {
            if let row = model.index(of: note.cluster) { take(score: score, tail: Double(note.tail), row: row) }
        }
    }

    /// Whether alarms flood where a record of the cluster in `row` is judged.
    func isFlood(row: Int) -> Bool {
        let share = model.clusters[row].localTail?.isReady == true ? ownShare(row) : all
        return share >= ScoreThreshold.floodShare(rate)
    }

    /// What the step has brought where a record is judged: its score, its tail in the stream and the row of its cluster.
    func arrivals(score: Float, tail: Double?, row: Int) -> StepArrivals {
        if let local = model.clusters[row].localTail, local.isReady, let tail {
            let own = ownPeaks[row] ?? Peaks()
            return StepArrivals(higher: Double(own.values.count { $0 <= tail }), of: own.records, known: local.total)
        }
        let known = model.threshold.body.total
        return StepArrivals(higher: Double(peaks.values.count { $0 >= score }), of: peaks.records, known: known)
    }

    /// Takes in a record: its score, its tail in the stream (below 0: not known) and the row of its cluster.
    mutating func take(score: Float, tail: Double, row: Int) {
        guard score.isFinite else { return }
        let isStrange = model.threshold.isStrange(score)
        all = ScoreThreshold.recent(all, isStrange: isStrange)
        if !isStrange {
            peaks.records += 1
            if model.threshold.peakLevel.map({ Double(score) > $0 }) ?? true { peaks.values.append(score) }
        }
        guard tail >= 0, let local = model.clusters[row].localTail else { return }
        let ownTail = local.tail(stream: tail)
        let isOwnStrange = local.isStrange(stream: tail, rate: rate) ?? isStrange
        own[row] = ScoreThreshold.recent(ownShare(row), isStrange: isOwnStrange)
        guard let ownTail, !isOwnStrange else { return }
        ownPeaks[row, default: Peaks()].records += 1
        if ownTail <= Self.small { ownPeaks[row]?.values.append(tail) }
    }

    /// The tails from which downwards a record's place among those of the step counts; far above any rate of alarms that is
    /// asked for but the largest.
    private static let small = 0.1

    private func ownShare(_ row: Int) -> Double { own[row] ?? model.clusters[row].localTail?.recentAlarms ?? 0 }
}

/// What a step has brought before a record: once it is learned, the tail of that record's score is another.
struct StepArrivals: Sendable, Equatable {
    /// Records with at least the score.
    var higher = 0.0
    /// Records.
    var of = 0.0
    /// The decayed number of those that the tail was estimated from.
    var known = 0.0

    /// The tail, from 0 to 1, with these records added to those that it was estimated from.
    func corrected(_ tail: Double) -> Double {
        guard known > 0 else { return tail }
        return min(1, (tail * known + higher) / (known + of))
    }
}
