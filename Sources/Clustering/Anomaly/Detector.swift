/// What detectors are told of a record.
struct Sighting: Sendable {
    /// Its score (``Model/scores(_:)``).
    var score: Float
    /// The row of the nearest cluster.
    var cluster: Int
    /// Whether it is beyond the reach of that cluster.
    var isFar: Bool
    /// The tail of its score among those of the whole stream; nil where it is not known yet.
    var streamTail: Double?
    /// The tail of its score among those of its cluster (``LocalTail``); nil where it was not found yet, or is not known.
    var localTail: Double?
    /// Whether alarms by distance flood already, in its cluster or, where that is not judged by itself, in all.
    var isFlood = false
    /// What the step has brought before it, where it is judged.
    var arrivals = StepArrivals()
    /// Records that were judged since the model's version, by ``RarityHistory`` step; empty for none.
    var pending: [Int] = []
    /// Whether it is beyond the reach of every cluster and unlike all that wait there: the first of its kind.
    var isFirst = false
    /// Where it comes from.
    var source: Int = 0
    /// By source what was judged since the model's version.
    var novelties: [Int: NoveltyHistory.Tally] = [:]
    /// Its own time in milliseconds since 1970, when it has one.
    var timestamp: Int64?
}

/// One way of being odd: a pure function of a model's version and a record.
protocol Detector: Sendable {
    /// The part of the false-alarm rate that is its own, from 0 to 1; those of all detectors add up to 1.
    var share: Double { get }
    /// The probability, from 0 to 1, that a normal record is at least as odd in this way; nil while it cannot tell.
    func tail(_ sighting: Sighting) -> Double?
    /// Why a record stands out that it finds odd.
    func reason(_ sighting: Sighting) -> Assignment.Reason
}

/// How far a record lies from the bulk of the stream, by the distribution of the scores before it: those of its own
/// cluster where that has enough, else of all.
struct DistanceDetector: Detector {
    let threshold: ScoreThreshold
    /// Of each cluster.
    let local: [LocalTail?]
    let rarity: RarityDetector
    let isHeavy: [Bool]
    /// The weight of each bin of the scores and those above it.
    let weightsAbove: [Double]
    /// What is due to it of the false-alarm rate.
    let rate: Double
    let share: Double

    /// Its part of the false-alarm rate: what the other detectors leave, of which bursts are told only of records that have
    /// times.
    static func share(hasTimes: Bool) -> Double {
        1 - RarityDetector.part - (hasTimes ? BurstDetector.part : 0)
    }

    /// The estimated tail. In a flood there is no alarm: what comes so often is another stream, to which the threshold is
    /// on its way.
    func tail(_ sighting: Sighting) -> Double? {
        guard let stream = sighting.streamTail ?? streamTail(sighting.score) else { return nil }
        guard let value = threshold.value else { return stream }
        // What is far from all there is, of a source that has only begun, is what that source is like.
        if sighting.isFar, rarity.isLearning(sighting) { return max(stream, rate.nextUp) }
        if let own = sighting.localTail ?? localTail(stream: stream, cluster: sighting.cluster) {
            let tail = sighting.arrivals.corrected(own)
            return sighting.isFlood ? max(tail, rate.nextUp) : tail
        }
        // On that side of the rate on which the threshold puts the score.
        var tail = min(1, stream / threshold.gain)
        tail = Double(sighting.score) > value ? min(tail, rate) : max(tail, rate.nextUp)
        tail = sighting.arrivals.corrected(tail)
        return sighting.isFlood ? max(tail, rate.nextUp) : tail
    }

    /// The tail of a score among those of the whole stream.
    func streamTail(_ score: Float) -> Double? {
        threshold.tail(score) { least in threshold.body.weight(atLeast: least) { weightsAbove[$0] } }
    }

    /// The same among those of the cluster in row `cluster`; nil where it is not judged by itself.
    func localTail(stream: Double, cluster: Int) -> Double? { local[cluster]?.tail(stream: stream) }

    /// Whether a record is silent for the flood alone.
    func isMuted(_ sighting: Sighting) -> Bool {
        guard sighting.isFlood else { return false }
        var calm = sighting
        calm.isFlood = false
        return tail(calm).map { $0 <= rate } ?? false
    }

    /// A light cluster is near: the record is of a rare kind, of a new one if that cluster is young.
    func reason(_ sighting: Sighting) -> Assignment.Reason {
        isHeavy[sighting.cluster] || sighting.isFar ? .far : rarity.reason(sighting)
    }
}

/// How rarely records come to clusters as light as a record's own (`rare`), or to none at all (`new`), by how often they
/// did: a stream that brings forth new kinds all the time makes no alarm of one more.
struct RarityDetector: Detector {
    let history: RarityHistory
    let novelty: NoveltyHistory
    /// Of each cluster, see ``RarityHistory/step(share:)``.
    let steps: [Int]
    let isYoung: [Bool]
    /// Records that must have been learned before it can tell.
    let learningPeriod: Double
    static let part = 0.1
    let share = Self.part

    init(model: Model, weights: [Double], options: AnomalyOptions) {
        history = model.rarity
        novelty = model.novelty
        let total = max(weights.reduce(model.outlierWeight, +), .leastNormalMagnitude)
        steps = weights.map { RarityHistory.step(share: $0 / total) }
        isYoung = model.clusters.map { Double(model.records - $0.bornAt) < 0.1 * Double(model.records) }
        learningPeriod = Double(options.calibrationRecords)
    }

    /// The step that a record counts for.
    func step(_ sighting: Sighting) -> Int { sighting.isFar ? RarityHistory.unseen : steps[sighting.cluster] }

    /// Whether the source of a record has hardly begun.
    func isLearning(_ sighting: Sighting) -> Bool {
        novelty.isLearning(source: sighting.source, pending: sighting.novelties, learningPeriod: learningPeriod)
    }

    /// Of the first of a kind the probability of the unseen, of others how many came that were as rare.
    func tail(_ sighting: Sighting) -> Double? {
        if sighting.isFar {
            guard
                let unseen = novelty.unseen(
                    source: sighting.source,
                    pending: sighting.novelties,
                    learningPeriod: learningPeriod
                )
            else { return nil }
            if sighting.isFirst { return unseen }
        }
        return history.total >= learningPeriod ? history.tail(step(sighting), pending: sighting.pending) : nil
    }

    func reason(_ sighting: Sighting) -> Assignment.Reason {
        sighting.isFar || isYoung[sighting.cluster] ? .new : .rare
    }
}

/// How suddenly records come to a cluster: their number in the present minute against the cluster's own past.
struct BurstDetector: Detector {
    /// Of each cluster.
    let rates: [ClusterRate?]
    static let part = 0.1
    let share = Self.part

    func tail(_ sighting: Sighting) -> Double? {
        guard let time = sighting.timestamp, !sighting.isFar else { return nil }
        return rates[sighting.cluster]?.tail(at: time)
    }

    func reason(_ sighting: Sighting) -> Assignment.Reason { .burst }
}

/// All detectors of a version of the model.
struct DetectorPanel: Sendable {
    /// What they say together of one record.
    struct Opinion {
        /// The smallest tail, corrected for the number of detectors.
        var tail: Double?
        /// Why it is an anomaly; nil if it is none.
        var reason: Assignment.Reason?
        /// Whether it would be one, but for the flood of alarms before it.
        var isMuted = false
    }

    let distance: DistanceDetector
    let rarity: RarityDetector
    let burst: BurstDetector
    /// The share of normal records that may raise an alarm.
    private let rate: Double

    init(model: Model, weights: [Double], options: AnomalyOptions) {
        rarity = RarityDetector(model: model, weights: weights, options: options)
        burst = BurstDetector(rates: model.clusters.map(\.rate))
        rate = options.falseAlarmRate
        distance = DistanceDetector(
            threshold: model.threshold,
            local: model.clusters.map(\.localTail),
            rarity: rarity,
            isHeavy: HeavyClusters(weights: weights, share: options.heavyShare).isHeavy,
            weightsAbove: model.threshold.body.weightsAbove,
            rate: options.ofDistance(hasTimes: model.hasTimes).falseAlarmRate,
            share: DistanceDetector.share(hasTimes: model.hasTimes)
        )
    }

    /// The smallest of the tails `p`, each divided by the share `w` of its detector: a normal record falls below `q` in
    /// one or another with a probability of at most `q`, however the detectors depend on each other (weighted Bonferroni:
    /// Genovese, Roeder, Wasserman 2006, "False Discovery Control with p-Value Weighting").
    func judge(_ sighting: Sighting) -> Opinion {
        var opinion = Opinion()
        let isKnown = distance.threshold.value != nil
        func hear(_ detector: some Detector) {
            guard let tail = detector.tail(sighting) else { return }
            let corrected = min(1, tail / detector.share)
            if corrected < opinion.tail ?? .infinity {
                opinion.tail = corrected
                opinion.reason = isKnown && tail <= rate * detector.share ? detector.reason(sighting) : nil
            }
        }
        hear(distance)
        hear(rarity)
        hear(burst)
        opinion.isMuted = opinion.reason == nil && distance.isMuted(sighting)
        return opinion
    }
}

extension AnomalyOptions {
    /// As they are for the distance alone, whose share of the rate is not the whole.
    func ofDistance(hasTimes: Bool) -> AnomalyOptions {
        var options = self
        options.falseAlarmRate *= DistanceDetector.share(hasTimes: hasTimes)
        return options
    }
}

extension Model {
    /// Whether its records have times.
    var hasTimes: Bool { newestTimestamp != nil }
}
