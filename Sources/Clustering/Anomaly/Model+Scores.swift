import Foundation
import Kernels

extension Model {
    /// How odd each row of `queries` (`m × d`) is: its distance to the bulk of the stream (``CoreRecords``), in numeric
    /// spaces stretched by how soon random cuts isolate it (``IsolationForest``). Empty before the first record.
    ///
    /// With the mean depth `h` of a record, in those of a common one, the published isolation score is `s = 2^-h`; the
    /// distance is multiplied by `(2s)⁴ = 2^(4(1 - h))`, which is 1 for what is neither common nor odd.
    func scores(_ queries: Matrix, lanes: Lanes = .serial) -> [Float] {
        stretched(core.scores(queries, lanes: lanes), of: queries)
    }

    private func stretched(_ distances: [Float], of queries: Matrix) -> [Float] {
        let depths = forest.depths(queries)
        guard depths.count == distances.count else { return distances }
        return zip(distances, depths).map { $0 * exp2(4 * (1 - $1)) }
    }

    /// Keeps what scores are made of up to date with `delta`, which the sample has taken in.
    mutating func followScores(_ delta: Delta, options: ClusteringOptions) {
        core = core.taking(delta.sampled, sampleCapacity: options.sampleCapacity)
        guard metric == .euclidean, delta.records > 0 else { return }
        var forest = forest
        forest.follow(self, records: delta.records, seed: options.seed)
        self.forest = forest
    }

    /// What records teach of alarms.
    mutating func learnAlarms(_ delta: Delta, options: AnomalyOptions) {
        let isCalibrated = threshold.value != nil
        let ofDistance = options.ofDistance(hasTimes: hasTimes)
        learnLocalTails(delta, rate: ofDistance.falseAlarmRate)
        threshold.learn(delta.scores, clock: clock, options: ofDistance)
        let settled = UInt64(PastParts.settledRecords)
        // Scores against a short past are larger: they say nothing of those to come.
        if metric == .cosine, records >= settled, records - UInt64(delta.records) < settled { threshold.restart() }
        rarity.learn(delta.steps, clock: clock)
        novelty.learn(delta.novelties, clock: clock)
        budget.learn(
            judged: isCalibrated ? delta.scores.count : 0,
            told: delta.told,
            rate: options.falseAlarmRate,
            clock: clock
        )
        vigilance.learn(
            judged: isCalibrated ? delta.scores.count : 0,
            alarms: delta.alarms,
            scores: delta.scores,
            rate: options.falseAlarmRate
        )
    }

    private mutating func learnLocalTails(_ delta: Delta, rate: Double) {
        // Tails of a young distribution say little.
        guard threshold.value != nil else { return }
        var tails: [Int: [(stream: Double, isStrange: Bool)]] = [:]
        for (score, note) in zip(delta.scores, delta.surprises) where note.tail >= 0 {
            tails[note.cluster, default: []].append((Double(note.tail), threshold.isStrange(score)))
        }
        for (id, tails) in tails {
            guard let row = index(of: id) else { continue }
            clusters[row].localTail = clusters[row].localTail ?? LocalTail()
            clusters[row].localTail?.learn(tails, clock: clock, rate: rate)
            clusters[row].revision = version
        }
    }

    /// Forgets all that was learned of scores that were measured in another way.
    mutating func forgetScores() {
        threshold = ScoreThreshold()
        deep?.threshold = ScoreThreshold()
        for row in clusters.indices { clusters[row].localTail = nil }
    }

    /// Makes anew what scores are made of, where all vectors have changed, and starts the threshold anew from the sample,
    /// each record measured against the others; the old one holds until enough are known.
    mutating func renewScores(options: ClusteringOptions) {
        core = CoreRecords(of: sample, dimension: dimension, metric: metric)
        if metric == .euclidean {
            var forest = forest
            forest.regrow(self, seed: options.seed)
            self.forest = forest
        }
        threshold.restart()
        for row in clusters.indices { clusters[row].localTail = nil }
        let inCore = Set(core.records.map(\.record))
        let others = sample.living(at: clock).filter { !inCore.contains($0.record) }.prefix(Self.calibrationSample)
        let own = stretched(core.ownScores(), of: Matrix(records: core.records, dimension: dimension))
        threshold.learn(
            own + scores(Matrix(records: Array(others), dimension: dimension)),
            clock: clock,
            options: options.anomalies.ofDistance(hasTimes: hasTimes),
            areJudged: false
        )
    }

    private static let calibrationSample = 4000
}
