/// Keeps count, within a step, of how many of the recent records were too strange for the thresholds: what these will
/// have learned of it once the step is merged.
struct FloodWatch {
    private let model: Model
    private let rate: Double
    /// The share of strange ones among the recent records: in the whole stream, and by cluster row.
    private var all: Double
    private var own: [Double]

    /// After the records that `delta` has gathered.
    init(model: Model, delta: Delta, options: AnomalyOptions) {
        self.model = model
        rate = options.ofDistance.falseAlarmRate
        all = model.threshold.recentAlarms
        own = model.clusters.map { $0.localTail?.recentAlarms ?? 0 }
        for (score, note) in zip(delta.scores, delta.surprises) {
            guard let row = model.index(of: note.cluster) else { continue }
            take(strangeness(score: score, tail: Double(note.tail), row: row), row: row)
        }
    }

    /// Whether alarms flood where a record of the cluster in `row` is judged.
    func isFlood(row: Int) -> Bool {
        let share = model.clusters[row].localTail?.isReady == true ? own[row] : all
        return share >= ScoreThreshold.floodShare(rate)
    }

    /// Whether a record is too strange to be learned: by all scores, and by those of its cluster where these tell.
    struct Strangeness {
        var toAll: Bool
        var toOwn: Bool?
    }

    /// How strange a score is with a tail in the stream (below 0: not known) for the cluster in `row`; nil where it is not
    /// finite.
    func strangeness(score: Float, tail: Double, row: Int) -> Strangeness? {
        guard score.isFinite else { return nil }
        let toAll = model.threshold.isStrange(score)
        guard tail >= 0, let local = model.clusters[row].localTail else { return Strangeness(toAll: toAll) }
        return Strangeness(toAll: toAll, toOwn: local.isStrange(stream: tail, rate: rate) ?? toAll)
    }

    /// Takes in a record of the cluster in `row`.
    mutating func take(_ record: Strangeness?, row: Int) {
        guard let record else { return }
        all = ScoreThreshold.recent(all, isStrange: record.toAll)
        if let toOwn = record.toOwn { own[row] = ScoreThreshold.recent(own[row], isStrange: toOwn) }
    }
}
