import BatchClustering
import Kernels

/// That the whole stream goes one way, and how sure that is.
///
/// Two mixtures (``MovingMixture``) are fitted to the newest records, one that may move and one that stands still, and
/// both foretell the records that arrive next. The difference of their log-likelihoods is the evidence (prequential,
/// Dawid 1984); it adds up as in a sequential probability ratio test (Wald 1945) and fades, so that an end of the motion is
/// noticed. What a stream looks like decides nothing here, only whether it moves: both sides have groups of the same
/// shapes.
struct Motion: Sendable, Equatable, Codable {
    /// The log-likelihood ratio so far, in nats.
    var evidence = 0.0
    /// Whether the clusters are carried along.
    var isFollowed = false
    /// The number of groups that are carried along, 0 before that.
    var count = 0
    /// The record since which another number of groups has been the better one without a break.
    var otherSince: UInt64?
    /// The newest records that the sample did not take, in order: of a long stream it takes few, and those reach far back.
    private(set) var passing: [StoredRecord]?

    /// The newest records that groups are fitted to.
    static let window = 128
    /// The most dimensions in which so few records tell anything.
    static let largestDimension = 8
    /// The most groups that are told apart.
    static let largestCount = 8
    /// The squared velocity, in standard errors, that is worth a watch.
    static let leastPace = 25.0
    /// The evidence from which the clusters are carried along, and below which nothing moves (any more).
    static let sure = 12.0
    static let unsure = -4.0
    /// The most that evidence can grow, and what is left of it after a step.
    private static let largestEvidence = 30.0
    private static let memory = 0.9
    /// The most that one step can say.
    private static let largestStep = 10.0

    /// Keeps the newest of the records that the sample did not take, as far back as groups are fitted to before a step.
    mutating func keep(_ arrived: [StoredRecord], arrived count: Int, of records: UInt64) {
        let reach = UInt64(Self.window + count)
        let kept = ((passing ?? []) + arrived).filter { $0.record + reach >= records }
        passing = kept.isEmpty ? nil : kept
    }

    /// Takes note of what a step said.
    mutating func note(_ ratio: Double) {
        let bounded = min(Self.largestStep, max(-Self.largestStep, ratio))
        evidence = min(Self.largestEvidence, Self.memory * evidence + bounded)
        if evidence >= Self.sure { isFollowed = true }
    }

    /// The number of groups to go on with where `found` is the best one now: another one only after a whole window of
    /// records. Where the stream turns, two ways lie in the window for a while, and each group looks like two.
    mutating func settledCount(_ found: Int, at record: UInt64) -> Int {
        if count == 0 || found == count {
            otherSince = nil
            count = found
        } else if let since = otherSince, record - since >= UInt64(Self.window) {
            otherSince = nil
            count = found
        } else {
            otherSince = otherSince ?? record
        }
        return count
    }

    /// Whether the watch is over.
    var isOver: Bool { evidence < (isFollowed ? 0 : Self.unsure) }
}

extension Model {
    /// Watches for a motion of the whole stream, and while there is one makes the clusters anew of the newest records,
    /// carried to where they are to be expected during the next step.
    ///
    /// - Parameter arrived: the records of the step that was just learned.
    mutating func followMotion(arrived: Int, options: ClusteringOptions) -> [LineageEvent] {
        guard mayMove(options), motion != nil || isMotionDue(arrived) else { return [] }
        let newest = newestKept(since: records - min(records, UInt64(16 * (Motion.window + arrived))))
        let known = newest.prefix { $0.record + UInt64(arrived) < records }
        guard newest.count >= Motion.window else { return [] }
        if motion == nil {
            let found = mixture(newest.suffix(Motion.window), moves: true, options: options)
            if let found, found.count > 1, found.pace >= Motion.leastPace { motion = Motion() }
            return []
        }
        if known.count >= Motion.window {
            let ratio = evidence(known.suffix(Motion.window), newest[known.endIndex...], options)
            motion?.note(ratio)
        }
        if motion?.isOver ?? true { motion = nil }
        guard motion?.isFollowed ?? false,
            let best = mixture(newest.suffix(Motion.window), moves: true, options: options)
        else { return [] }
        let count = motion?.settledCount(best.count, at: records) ?? best.count
        guard let candidate = movingCandidate(options, best: best.count == count ? best : nil) else { return [] }
        return install(candidate, options: options).lineage.filter { $0.kind != .kept }
    }

    /// Whether a motion is looked for in this space under these options.
    private func mayMove(_ options: ClusteringOptions) -> Bool {
        pursues(options) && metric == .euclidean && deep == nil
            && dimension <= Motion.largestDimension
            && options.recluster.grouping.algorithm == .automatic && options.recluster.grouping.reduction == .none
            && !clusters.isEmpty
    }

    /// A look costs some milliseconds: one is taken each time the stream has grown by an eighth, more often while the
    /// clusters say that they have to follow a drift.
    private func isMotionDue(_ arrived: Int) -> Bool {
        var stride: UInt64 = UInt64(Motion.window) / 2
        if memoryBegins == 0 {
            while stride * 16 <= records { stride *= 2 }
        }
        return records / stride != (records - UInt64(arrived)) / stride
    }

    /// The records that are kept, sampled or not, from number `since` on, in order.
    private func newestKept(since: UInt64) -> [StoredRecord] {
        (sample.slots + (motion?.passing ?? [])).filter { $0.record >= since }.sorted { $0.record < $1.record }
    }

    private func mixture(
        _ records: some Collection<StoredRecord>,
        moves: Bool,
        count: Int? = nil,
        options: ClusteringOptions
    ) -> MovingMixture? {
        var counts = 1...min(Motion.largestCount, options.maximumClusters)
        if case .fixed(let k) = options.recluster.grouping.k { counts = max(1, k)...max(1, k) }
        if let count { counts = count...count }
        return MovingMixture.best(
            Matrix(records: Array(records), dimension: dimension),
            times: records.map(time),
            counts: counts,
            moves: moves
        )
    }

    /// When a record arrived, in records before the present one.
    private func time(_ record: StoredRecord) -> Double { -Double(records - record.record) }

    /// By how much a mixture that moves foretells what arrived better than one that does not.
    private func evidence(
        _ known: ArraySlice<StoredRecord>,
        _ arrived: ArraySlice<StoredRecord>,
        _ options: ClusteringOptions
    ) -> Double {
        guard let moving = mixture(known, moves: true, options: options),
            let still = mixture(known, moves: false, options: options)
        else { return 0 }
        return arrived.reduce(0) { sum, record in
            sum + moving.logDensity(record.vector, at: time(record)) - still.logDensity(record.vector, at: time(record))
        }
    }

    /// The clusters of the newest records while a motion is followed; nil where they form but one.
    ///
    /// - Parameter best: the mixture of the number of groups to go on with, where it is known.
    func movingCandidate(_ options: ClusteringOptions, best: MovingMixture? = nil) -> Candidate? {
        guard let motion, motion.isFollowed, motion.count > 1, mayMove(options) else { return nil }
        let since = records - min(records, UInt64(16 * Motion.window))
        let newest = Array(newestKept(since: since).suffix(Motion.window))
        guard newest.count >= Motion.window,
            let found = best ?? mixture(newest, moves: true, count: motion.count, options: options)
        else { return nil }
        let now = Double(options.step) / 2
        let carried = newest.map { record in
            let ahead = now - time(record)
            return record.with(vector: zip(record.vector, found.velocity).map { $0 + Float($1 * ahead) })
        }
        let means = (0..<found.count).map { found.mean(of: $0, at: now).map(Float.init) }
        let placement = MovingPlacement(
            vectors: Matrix(records: carried, dimension: dimension),
            labels: found.labels,
            means: means,
            maximum: options.maximumPrototypes
        )
        var candidate = Candidate(
            centroids: placement.prototypes,
            prototypeCounts: Array(repeating: placement.share, count: found.count),
            modelVersion: version,
            curve: [],
            reasons: [
                "\(found.count) groups that move together, made of the newest \(newest.count) records"
            ],
            inertia: placement.inertia,
            fitted: newest.count,
            heldOut: []
        )
        candidate.since = newest.first?.record ?? 0
        candidate.carried = carried
        return candidate
    }
}
