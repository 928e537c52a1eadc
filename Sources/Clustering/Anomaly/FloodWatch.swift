/// Keeps count, within a step, of how many of the recent records were too strange for the thresholds: what these will
/// have learned of it once the step is merged.
struct FloodWatch {
    private let model: Model
    private let rate: Double
    /// The share of strange ones among the recent records: in the whole stream, and by cluster row where one came.
    private var all: Double
    private var own: [Int: Double] = [:]

    /// After the records that `delta` has gathered.
    init(model: Model, delta: Delta, options: AnomalyOptions) {
        self.model = model
        rate = options.ofDistance.falseAlarmRate
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

    /// Takes in a record: its score, its tail in the stream (below 0: not known) and the row of its cluster.
    mutating func take(score: Float, tail: Double, row: Int) {
        guard score.isFinite else { return }
        let isStrange = model.threshold.isStrange(score)
        all = ScoreThreshold.recent(all, isStrange: isStrange)
        guard tail >= 0, let local = model.clusters[row].localTail else { return }
        own[row] = ScoreThreshold.recent(
            ownShare(row),
            isStrange: local.isStrange(stream: tail, rate: rate) ?? isStrange
        )
    }

    private func ownShare(_ row: Int) -> Double { own[row] ?? model.clusters[row].localTail?.recentAlarms ?? 0 }
}
