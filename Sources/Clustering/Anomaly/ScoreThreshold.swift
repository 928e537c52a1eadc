/// The anomaly threshold of a stream of scores: peaks over threshold, kept up to date and forgetting (SPOT).
///
/// Siffer et al. 2017, "Anomaly Detection in Streams with Extreme Value Theory", KDD. Scores above a high quantile `t`
/// are peaks; a generalised Pareto tail fitted to their excesses gives the score `z` that is exceeded with probability
/// `q`. Scores above `z` are alarms: their values teach nothing. Unlike the paper's, all counts fade with the
/// half-life, and `t` follows the distribution when the share of peaks has doubled or halved. Peaks alone would be cut
/// off at `z`, and a forgetting threshold would sink ever lower; so alarms count as scores somewhere above `z`, but
/// never for more than the share `q` that is due there, whatever their number. Where more than one in ten of the recent
/// scores are alarms the stream itself has changed: as long as that lasts they teach like all others, lest normal records
/// raise alarms for ever.
public struct ScoreThreshold: Sendable, Equatable, Codable {
    /// The score `z` above which a record is an anomaly; nil until enough scores were seen.
    public private(set) var value: Double?
    /// The score `t` above which scores are peaks; nil until enough scores were seen.
    public private(set) var peakLevel: Double?
    /// The exact number of scores that were learned.
    public private(set) var learned: UInt64 = 0
    /// The exact number of scores above `z` since the beginning: alarms, which are not learned unless they flood.
    public private(set) var alarms: UInt64 = 0

    /// The share of alarms among the recent scores, from 0 to 1.
    public private(set) var recentAlarms = 0.0

    /// The share of recent alarms from which on they are no anomalies any more.
    static let floodShare = 0.1
    /// How many scores are recent: the running share forgets as the mean of so many does.
    private static let recentScores = 500.0

    /// Peaks that a tail should be fitted to at least.
    private static let leastPeaks = 25.0

    private(set) var body = ScoreHistogram()
    private var peaks: [Float] = []
    private var peakWeight = 0.0
    private var alarmWeight = 0.0
    private var freshPeaks = 0
    private var tail: ParetoTail?
    /// The share of scores above `t`, alarms that are due included.
    private var tailShare = 0.0
    private var clock = 0.0

    init() {}

    /// The estimated probability (0 to 1) of a score at least this large: empirical below `t`, the fitted tail above;
    /// nil before the first score.
    public func tail(_ score: Float) -> Double? {
        tail(score) { body.weight(atLeast: $0) }
    }

    /// The same where the weight of the scores of at least one, as the body has it, is found in another way.
    func tail(_ score: Float, weight: (_ atLeast: Double) -> Double) -> Double? {
        guard body.total > 0 else { return nil }
        let score = Double(score)
        if let peakLevel, let tail, score > peakLevel {
            return min(1, tailShare) * tail.survival(score - peakLevel)
        }
        return min(1, weight(score) / body.total)
    }

    /// Learns a run of scores (finite, at least 0) that ends at `clock`.
    mutating func learn(_ scores: [Float], clock: Double, options: AnomalyOptions) {
        let factor = Forgetting.factor(from: self.clock, to: clock)
        self.clock = clock
        body.age(by: factor)
        peakWeight *= factor
        alarmWeight *= factor
        for score in scores where score.isFinite {
            let isAlarm = value.map { Double(score) > $0 } ?? false
            recentAlarms = recent(recentAlarms, and: score)
            if isAlarm {
                alarms += 1
                if peakLevel != nil, recentAlarms < Self.floodShare {
                    alarmWeight += 1
                    continue
                }
            }
            learned += 1
            body.add(score)
            guard let peakLevel else {
                peaks.append(score)
                if peaks.count >= options.calibrationRecords { calibrate(options) }
                continue
            }
            guard Double(score) > peakLevel else { continue }
            peaks.append(score)
            peakWeight += 1
            freshPeaks += 1
        }
        refit(options)
    }

    /// The share of recent alarms, `share` so far, after one more score.
    func recent(_ share: Double, and score: Float) -> Double {
        guard score.isFinite else { return share }
        let isAlarm = value.map { Double(score) > $0 } ?? false
        return share + ((isAlarm ? 1 : 0) - share) / Self.recentScores
    }

    /// The share of recent alarms after scores that are not learned yet.
    func recentAlarms(after scores: [Float]) -> Double {
        scores.reduce(recentAlarms) { recent($0, and: $1) }
    }

    /// Forgets the distribution, which new clusters have changed. The threshold in force stays until enough scores of
    /// the new one are known, all of which teach.
    mutating func restart() {
        body = ScoreHistogram()
        peaks = []
        peakWeight = 0
        alarmWeight = 0
        freshPeaks = 0
        peakLevel = nil
        tail = nil
    }

    /// The level of peaks: the configured one, or lower where `q` would lie beyond it or scores are few.
    private func level(_ options: AnomalyOptions) -> Double {
        let few = min(0.1, Self.leastPeaks / max(body.total, 1))
        return 1 - max(1 - options.level, 2 * options.falseAlarmRate, few)
    }

    /// Sets `t` from the scores so far, all of which are in `peaks`.
    private mutating func calibrate(_ options: AnomalyOptions) {
        let sorted = peaks.sorted()
        let place = min(sorted.count - 1, Int(level(options) * Double(sorted.count)))
        let level = Double(sorted[place])
        peakLevel = level
        peaks.removeAll { Double($0) <= level }
        // The count relative to what the body holds, which has faded since the first scores.
        peakWeight = Double(peaks.count) * body.total / Double(sorted.count)
        freshPeaks = peaks.count
        setThreshold(options)
    }

    private mutating func refit(_ options: AnomalyOptions) {
        guard peakLevel != nil else { return }
        let share = (peakWeight + dueAlarms(options)) / max(body.total, .leastNormalMagnitude)
        let wanted = 1 - level(options)
        if share < wanted / 2 || share > wanted * 2 {
            relevel(options)
        } else if freshPeaks < max(1, peaks.count / 16) {
            return
        }
        setThreshold(options)
    }

    /// Moves `t` to the wanted quantile of the faded body. Peaks that a lower `t` lacks are taken from the body's bins.
    private mutating func relevel(_ options: AnomalyOptions) {
        let old = peakLevel ?? 0
        let new = body.quantile(level(options))
        if new < old {
            let perPeak = peakWeight > 0 ? Double(peaks.count) / peakWeight : 1
            for bin in body.bins(in: new..<old) {
                let count = min(options.peakCapacity, Int((bin.weight * perPeak).rounded()))
                peaks.insert(contentsOf: repeatElement(Float(bin.middle), count: count), at: 0)
            }
        }
        peaks.removeAll { Double($0) <= new }
        peakLevel = new
        peakWeight = body.weight(atLeast: new)
    }

    /// The weight of alarms that may be normal scores: no more than are due above `z`.
    private func dueAlarms(_ options: AnomalyOptions) -> Double {
        min(alarmWeight, options.falseAlarmRate * body.total)
    }

    /// `z = t + σ/γ ((q n / N_t)^-γ - 1)`; the empirical quantile where no tail can be fitted.
    private mutating func setThreshold(_ options: AnomalyOptions) {
        guard let level = peakLevel else { return }
        freshPeaks = 0
        if peaks.count > options.peakCapacity { peaks.removeFirst(peaks.count - options.peakCapacity) }
        let due = dueAlarms(options)
        fitTail(level: level, hidden: Int((due * Double(peaks.count) / max(peakWeight, 1)).rounded()))
        let total = body.total + due
        tailShare = (peakWeight + due) / max(total, .leastNormalMagnitude)
        let probability = options.falseAlarmRate * total / max(peakWeight + due, .leastNormalMagnitude)
        let empirical = max(level, body.quantile(1 - options.falseAlarmRate))
        if let tail, probability < 1 {
            let excess = tail.excess(probability: probability)
            value = excess.isFinite && excess >= 0 ? level + excess : empirical
        } else {
            value = empirical
        }
    }

    /// Fits the tail to the peaks and to `hidden` more of which it is only known that they lie above `z`: these are put
    /// where the tail so far expects them (expectation maximisation).
    private mutating func fitTail(level: Double, hidden: Int) {
        let excesses = peaks.map { Double($0) - level }
        guard hidden > 0, let value, value > level, var current = tail ?? ParetoTail.fit(excesses) else {
            tail = ParetoTail.fit(excesses)
            return
        }
        for _ in 0..<2 {
            let beyond = current.survival(value - level)
            let expected = (0..<hidden).map { index in
                max(
                    value - level,
                    current.excess(probability: max(1e-12, beyond * (Double(index) + 0.5) / Double(hidden)))
                )
            }
            guard let next = ParetoTail.fit(excesses + expected) else { break }
            current = next
        }
        tail = current
    }
}
