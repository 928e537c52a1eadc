import Foundation
import Kernels

extension Model {
    /// How odd each row of `queries` (`m × d`) is: its distance to the bulk of the stream (``CoreRecords``), in numeric
    /// spaces stretched by how soon random cuts isolate it (``IsolationForest``). Empty before the first record.
    ///
    /// With the mean depth `h` of a record, in those of a common one, the published isolation score is `s = 2^-h`; the
    /// distance is multiplied by `(2s)⁴ = 2^(4(1 - h))`, which is 1 for what is neither common nor odd.
    func scores(_ queries: Matrix) -> [Float] {
        var scores = core.scores(queries)
        let depths = forest.depths(queries)
        guard depths.count == scores.count else { return scores }
        for (row, depth) in depths.enumerated() { scores[row] *= exp2(4 * (1 - depth)) }
        return scores
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
    mutating func learnAlarms(_ delta: Delta, isCoreFull: Bool, options: AnomalyOptions) {
        let isCalibrated = threshold.value != nil
        // Scores against a core that still grows are larger than those that follow.
        if isCoreFull { threshold.learn(delta.scores, clock: clock, options: options.ofDistance) }
        rarity.learn(delta.steps, clock: clock)
        vigilance.learn(
            judged: isCalibrated ? delta.scores.count : 0,
            alarms: delta.alarms,
            scores: delta.scores,
            rate: options.falseAlarmRate
        )
    }

    /// Makes anew what scores are made of, where all vectors have changed, and starts the threshold anew from records that
    /// are not in the core; the old one holds until enough are known.
    mutating func renewScores(options: ClusteringOptions) {
        core = CoreRecords(of: sample, dimension: dimension, metric: metric)
        if metric == .euclidean {
            var forest = forest
            forest.regrow(self, seed: options.seed)
            self.forest = forest
        }
        threshold.restart()
        let known = Set(core.records.map(\.record))
        let others = sample.living(at: clock).filter { !known.contains($0.record) }.prefix(Self.calibrationSample)
        guard !others.isEmpty else { return }
        let vectors = Matrix(records: Array(others), dimension: dimension)
        threshold.learn(scores(vectors), clock: clock, options: options.anomalies.ofDistance)
    }

    private static let calibrationSample = 4000
}
