/// The anomaly threshold of a stream of scores: peaks over threshold, kept up to date and forgetting (SPOT).
///
/// Siffer et al. 2017, "Anomaly Detection in Streams with Extreme Value Theory", KDD. Scores above a high quantile `t`
/// are peaks; a generalised Pareto tail fitted to their excesses gives the score `z` that is exceeded with probability
/// `q`. Unlike the paper's, the number of scores and the peaks fade together with the half-life, and `t` follows the
/// distribution when the share of peaks has doubled or halved.
///
/// Alarms do not teach: a threshold that learns none of them rests wherever it is, since all that it ever sees lies below
/// it, and one that learns all of them is lifted by what it should report. So those are left out that no normal stream
/// brings, with a tail below `q / 30` (``limit``); they count as scores somewhere above it, but never for more than the
/// share that is due there. The alarms in between are mostly normal records, of which the share `q` raises one: they
/// are learned, and where they are more or fewer than were due, `z` moves. Where one in ten of the recent scores lies
/// above ``limit`` (``changeShare(_:)``) the stream itself has changed: as long as that lasts they teach like all others,
/// lest normal records raise alarms for ever; from fewer on (``floodShare(_:)``) they are not told one by one any more.
public struct ScoreThreshold: Sendable, Equatable, Codable {
    /// The score `z` above which a record is an anomaly; nil until enough scores were seen.
    public private(set) var value: Double?
    /// The score above which nothing is learned; nil until enough scores were seen.
    public private(set) var limit: Double?
    /// The score `t` above which scores are peaks; nil until enough scores were seen.
    public private(set) var peakLevel: Double?
    /// The exact number of scores that were learned.
    public private(set) var learned: UInt64 = 0
    /// The exact number of scores above `z` since the beginning.
    public private(set) var alarms: UInt64 = 0
    /// The share of scores above ``limit`` among the recent ones, from 0 to 1.
    public private(set) var recentAlarms = 0.0
    /// How many times `q` the tail at `z` is: above 1 where alarms near `z` were fewer than are due, below where they were
    /// more.
    private(set) var gain = 1.0

    /// The share of the false-alarm rate from which downwards alarms are not learned.
    static let strangeShare = 1.0 / 30
    /// How many scores are recent: the running share forgets as the mean of so many does.
    static let recentScores = 500.0
    /// Peaks that a tail should be fitted to at least.
    private static let leastPeaks = 50.0
    /// The bounds of ``gain``, and the alarms that count as seen and as due from the beginning.
    private static let gains = (least: 1.0 / 3, most: 3.0, prior: 3.0)

    private(set) var body = ScoreHistogram()
    private var peaks: [Float] = []
    private var peakWeight = 0.0
    /// The decayed number of scores that were left out.
    private var strangeWeight = 0.0
    /// The decayed numbers of alarms between `z` and the limit: that came, and that were due.
    private var nearAlarms = 0.0
    private var nearDue = 0.0
    private var freshPeaks = 0
    private var tail: ParetoTail?
    /// The share of scores above `t`.
    private var tailShare = 0.0
    /// The largest peak, beyond which the tail is but a guess.
    private var largest = 0.0
    private var clock = 0.0

    init() {}

    /// The share of scores above the limit among the recent ones from which on they raise no more alarms.
    static func floodShare(_ falseAlarmRate: Double) -> Double { max(0.02, 4 * falseAlarmRate) }

    /// The share from which on they are no anomalies any more, but another stream.
    static func changeShare(_ falseAlarmRate: Double) -> Double { max(0.1, 4 * falseAlarmRate) }

    /// The estimated probability (0 to 1, never 0) of a score at least this large: empirical below `t`, the fitted tail above,
    /// but for what so many scores cannot support (``ParetoTail/least(_:beyond:count:)``); nil before the first score.
    public func tail(_ score: Float) -> Double? {
        tail(score) { body.weight(atLeast: $0) }
    }

    /// The same where the weight of the scores of at least one, as the body has it, is found in another way.
    func tail(_ score: Float, weight: (_ atLeast: Double) -> Double) -> Double? {
        guard body.total > 0 else { return nil }
        let score = Double(score)
        let least = ParetoTail.least(score - largest, scale: tail?.scale ?? largest, count: body.total)
        if let peakLevel, let tail, score > peakLevel {
            let share = min(1, tailShare)
            return min(share, max(share * tail.survival(score - peakLevel), least))
        }
        return min(1, max(weight(score) / body.total, least))
    }

    /// Learns a run of scores (finite, at least 0) that ends at `clock`.
    ///
    /// - Parameter areJudged: whether the records were judged by the threshold in force; those of a sample, scored anew,
    ///   say nothing of how often alarms came.
    mutating func learn(_ scores: [Float], clock: Double, options: AnomalyOptions, areJudged: Bool = true) {
        fade(by: Forgetting.factor(from: self.clock, to: clock))
        self.clock = clock
        let rate = options.falseAlarmRate
        for score in scores where score.isFinite {
            let isStrange = isStrange(score)
            if areJudged { count(score, isStrange: isStrange, rate: rate) }
            if isStrange, peakLevel != nil, recentAlarms < Self.changeShare(rate) {
                strangeWeight += 1
                continue
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

    /// Counts a record that was judged, and whether it raised an alarm.
    private mutating func count(_ score: Float, isStrange: Bool, rate: Double) {
        recentAlarms = Self.recent(recentAlarms, isStrange: isStrange)
        guard let value else { return }
        let isAlarm = Double(score) > value
        alarms += isAlarm ? 1 : 0
        nearDue += rate * (1 - Self.strangeShare)
        nearAlarms += isAlarm && !isStrange ? 1 : 0
    }

    private mutating func fade(by factor: Double) {
        body.age(by: factor)
        peakWeight *= factor
        strangeWeight *= factor
        nearAlarms *= factor
        nearDue *= factor
    }

    /// Whether a score is so large that it teaches nothing.
    func isStrange(_ score: Float) -> Bool { limit.map { Double(score) > $0 } ?? false }

    /// The share of strange ones among the recent scores, `share` so far, after one more.
    static func recent(_ share: Double, isStrange: Bool) -> Double {
        share + ((isStrange ? 1 : 0) - share) / recentScores
    }

    /// Forgets the distribution, which new clusters have changed. The threshold in force stays until enough scores of
    /// the new one are known, all of which teach.
    mutating func restart() {
        body = ScoreHistogram()
        peaks = []
        peakWeight = 0
        strangeWeight = 0
        freshPeaks = 0
        peakLevel = nil
        tail = nil
        largest = 0
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
        largest = Double(sorted.last ?? 0)
        peaks.removeAll { Double($0) <= level }
        // The count relative to what the body holds, which has faded since the first scores.
        peakWeight = Double(peaks.count) * body.total / Double(sorted.count)
        setThreshold(options)
    }

    private mutating func refit(_ options: AnomalyOptions) {
        guard peakLevel != nil else { return }
        let share = (peakWeight + dueBeyond(options)) / max(body.total, .leastNormalMagnitude)
        let wanted = 1 - level(options)
        if share < wanted / 2 || share > wanted * 2 {
            relevel(options)
        } else if freshPeaks < max(1, peaks.count / 16) {
            return place(options)
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

    /// The weight of strange scores that may be normal: no more than are due above the limit.
    private func dueBeyond(_ options: AnomalyOptions) -> Double {
        min(strangeWeight, options.falseAlarmRate * Self.strangeShare * body.total)
    }

    /// Fits the tail anew; nil where there are too few peaks, or none above `t`.
    private mutating func setThreshold(_ options: AnomalyOptions) {
        guard let level = peakLevel else { return }
        freshPeaks = 0
        if peaks.count > options.peakCapacity { peaks.removeFirst(peaks.count - options.peakCapacity) }
        largest = peaks.max().map(Double.init) ?? max(level, body.quantile(1))
        let due = dueBeyond(options)
        fitTail(level: level, hidden: Int((due * Double(peaks.count) / max(peakWeight, 1)).rounded()))
        tailShare = (peakWeight + due) / max(body.total + due, .leastNormalMagnitude)
        place(options)
    }

    /// `z` and the limit from the tail: `t + σ/γ ((q n / N_t)^-γ - 1)`; the empirical quantile where there is none.
    private mutating func place(_ options: AnomalyOptions) {
        let bounds = Self.gains
        gain = min(bounds.most, max(bounds.least, (nearDue + bounds.prior) / (nearAlarms + bounds.prior)))
        let rate = min(0.5, gain * options.falseAlarmRate)
        let value = score(tail: rate)
        self.value = value
        limit = max(value, score(tail: rate * Self.strangeShare))
    }

    /// The score with a tail.
    private func score(tail probability: Double) -> Double {
        let level = peakLevel ?? 0
        var score = max(level, body.quantile(1 - probability))
        if let tail, probability < tailShare {
            let excess = tail.excess(probability: probability / tailShare)
            if excess.isFinite, excess >= 0 { score = level + excess }
        }
        let scale = tail?.scale ?? largest
        let least = ParetoTail.excess(least: probability, scale: scale, count: body.total).map { largest + $0 }
        return max(score, least ?? 0)
    }

    /// Fits the tail to the peaks and to `hidden` more of which it is only known that they lie above the limit: these are
    /// put where the tail so far expects them (expectation maximisation).
    private mutating func fitTail(level: Double, hidden: Int) {
        let excesses = peaks.map { Double($0) - level }
        guard var current = ParetoTail.fit(excesses) else { return tail = nil }
        if hidden > 0, let limit {
            for _ in 0..<4 {
                let beyond = current.survival(max(0, limit - level))
                let expected = (0..<hidden).map { index in
                    max(0, current.excess(probability: max(1e-12, beyond * (Double(index) + 0.5) / Double(hidden))))
                }
                guard let next = ParetoTail.fit(excesses + expected) else { break }
                current = next
            }
        }
        tail = current
    }
}

extension ScoreThreshold {
    /// One that an older version wrote, by another rule, starts anew.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard container.contains(.gain) else { return }
        value = try container.decodeIfPresent(Double.self, forKey: .value)
        limit = try container.decodeIfPresent(Double.self, forKey: .limit)
        peakLevel = try container.decodeIfPresent(Double.self, forKey: .peakLevel)
        learned = try container.decode(UInt64.self, forKey: .learned)
        alarms = try container.decode(UInt64.self, forKey: .alarms)
        recentAlarms = try container.decode(Double.self, forKey: .recentAlarms)
        gain = try container.decode(Double.self, forKey: .gain)
        body = try container.decode(ScoreHistogram.self, forKey: .body)
        peaks = try container.decode(PackedVector.self, forKey: .peaks).elements
        freshPeaks = try container.decode(Int.self, forKey: .freshPeaks)
        tail = try container.decodeIfPresent(ParetoTail.self, forKey: .tail)
        let figures = try container.decode([Double].self, forKey: .figures)
        guard figures.count == 7 else {
            throw DecodingError.dataCorruptedError(
                forKey: .figures,
                in: container,
                debugDescription: "expected 7 figures of a threshold, found \(figures.count)"
            )
        }
        (peakWeight, strangeWeight, nearAlarms, nearDue) = (figures[0], figures[1], figures[2], figures[3])
        (tailShare, largest, clock) = (figures[4], figures[5], figures[6])
    }

    /// Keyed.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(value, forKey: .value)
        try container.encodeIfPresent(limit, forKey: .limit)
        try container.encodeIfPresent(peakLevel, forKey: .peakLevel)
        try container.encode(learned, forKey: .learned)
        try container.encode(alarms, forKey: .alarms)
        try container.encode(recentAlarms, forKey: .recentAlarms)
        try container.encode(gain, forKey: .gain)
        try container.encode(body, forKey: .body)
        try container.encode(PackedVector(elements: peaks), forKey: .peaks)
        try container.encode(freshPeaks, forKey: .freshPeaks)
        try container.encodeIfPresent(tail, forKey: .tail)
        let figures = [peakWeight, strangeWeight, nearAlarms, nearDue, tailShare, largest, clock]
        try container.encode(figures, forKey: .figures)
    }

    private enum CodingKeys: String, CodingKey {
        case value, limit, peakLevel, learned, alarms, recentAlarms, gain, body, peaks, freshPeaks, tail, figures
    }
}
