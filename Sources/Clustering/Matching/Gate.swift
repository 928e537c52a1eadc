import BatchClustering
import Kernels

/// Judges a candidate, as it would be installed, beside the living clusters, on records it was not fitted to.
struct Gate {
    let living: Model
    let next: Model
    let retention: Double?
    let options: ClusteringOptions
    /// The records that are judged: those of the last half-life that were held out, older ones or those that were fitted
    /// too where there are hardly any.
    private let pool: [StoredRecord]

    /// From this many judged records of the last half-life on, older ones are left out.
    private static let leastRecent = 50
    /// Rates of fewer records than this are chance.
    private static let leastRecords = 200

    init(candidate: Candidate, living: Model, next: Model, retention: Double?, options: ClusteringOptions) {
        self.living = living
        self.next = next
        self.retention = retention
        self.options = options
        let sample = living.sample.living(at: living.clock, since: candidate.since)
        let horizon = living.horizon(of: sample, since: candidate.since)
        let heldOut = Set(candidate.heldOut)
        let known = sample.filter { heldOut.contains($0.record) }
        let all = known.count >= 10 ? known : sample
        // What has ended since is no fault of clusters that no longer cover it.
        let recent = all.filter { living.clock - $0.clock <= horizon }
        pool = recent.count >= Self.leastRecent ? recent : all
    }

    /// The tests, and the figures of both sides.
    func judge(clusters: Int) -> Verdict {
        let settings = options.recluster
        let rows = Quality.draw(settings.silhouetteSample, of: pool.count, seed: options.seed ^ living.records)
        let vectors = Matrix(records: rows.map { pool[$0] }, dimension: living.dimension)
        let judge = SilhouetteJudge(vectors: vectors, metric: living.metric)
        var mine = figures(of: next, vectors: vectors, judge: judge)
        var theirs = living.clusters.isEmpty ? nil : figures(of: living, vectors: vectors, judge: judge)
        let rates = anomalyRates()
        mine?.anomalyRate = rates?.next
        theirs?.anomalyRate = rates?.living

        var tests: [Verdict.Test] = []
        if !living.clusters.isEmpty {
            if living.layout.isPlain, next.layout.isPlain {
                tests += qualityTests(mine, theirs)
            } else {
                let neighbours = NeighbourAgreement(vectors: vectors, metric: living.metric)
                mine?.neighbourAgreement = neighbours.agreement(labels(of: next, vectors: vectors))
                theirs?.neighbourAgreement = neighbours.agreement(labels(of: living, vectors: vectors))
                tests.append(neighbourTest(mine, theirs))
            }
        }
        if let retention {
            tests.append(.init(.retention, candidate: retention, current: nil, limit: settings.minimumRetention))
        }
        if let rates, !living.clusters.isEmpty {
            let allowed = max(rates.living, options.anomalies.falseAlarmRate) + settings.anomalyRateMargin
            tests.append(.init(.anomalyRate, candidate: rates.next, current: rates.living, limit: allowed))
        }
        return Verdict(
            adopted: Verdict.passes(tests),
            clusters: clusters,
            tests: tests,
            candidate: mine,
            current: theirs
        )
    }

    /// Silhouette and Davies-Bouldin want round clusters: they say nothing of those that several prototypes stand for.
    private func neighbourTest(_ mine: Verdict.Figures?, _ theirs: Verdict.Figures?) -> Verdict.Test {
        // A single cluster agrees with nothing but itself: no better than chance.
        let current = theirs?.neighbourAgreement ?? 0
        return Verdict.Test(
            .neighbourAgreement,
            candidate: mine?.neighbourAgreement ?? 0,
            current: current,
            limit: current - options.recluster.silhouetteMargin
        )
    }

    private func labels(of model: Model, vectors: Matrix) -> [Int] {
        Nearest.search(queries: vectors, prototypes: model.centroids, layout: model.layout, metric: model.metric)
            .map(\.cluster)
    }

    private func qualityTests(_ mine: Verdict.Figures?, _ theirs: Verdict.Figures?) -> [Verdict.Test] {
        let settings = options.recluster
        // A single cluster has no silhouette: it is as bad as can be.
        let current = theirs?.silhouette ?? -1
        var tests = [
            Verdict.Test(
                .silhouette,
                candidate: mine?.silhouette ?? -1,
                current: current,
                limit: current - settings.silhouetteMargin
            )
        ]
        if let index = mine?.daviesBouldin, let now = theirs?.daviesBouldin {
            tests.append(
                .init(
                    .daviesBouldin,
                    candidate: index,
                    current: now,
                    limit: now * (1 + settings.daviesBouldinMargin)
                )
            )
        }
        return tests
    }

    private func figures(of model: Model, vectors: Matrix, judge: SilhouetteJudge) -> Verdict.Figures? {
        guard !model.clusters.isEmpty, vectors.rows > 0 else { return nil }
        let nearest = Nearest.search(
            queries: vectors,
            prototypes: model.centroids,
            layout: model.layout,
            metric: model.metric
        )
        let labels = nearest.map(\.cluster)
        let several = Set(labels).count > 1
        return Verdict.Figures(
            silhouette: several ? judge.silhouette(labels) : nil,
            daviesBouldin: Quality.daviesBouldin(vectors: vectors, labels: labels),
            calinskiHarabasz: Quality.calinskiHarabasz(vectors: vectors, labels: labels),
            inertia: Quality.inertia(vectors: vectors, labels: nearest.map(\.prototype), centroids: model.centroids),
            neighbourAgreement: nil,
            anomalyRate: nil,
            records: vectors.rows
        )
    }

    /// The shares of the judged records that each side would flag. The candidate's threshold is set by one half of the
    /// records and tried on the other: on its own half it would be met by construction.
    private func anomalyRates() -> (living: Double, next: Double)? {
        let judged = pool.indices.filter { $0 % 2 == 1 }
        guard judged.count >= Self.leastRecords, !living.clusters.isEmpty, !next.clusters.isEmpty else { return nil }
        let data = Matrix(records: pool, dimension: living.dimension)
        let own = standing(of: next, data: data)
        var threshold = ScoreThreshold()
        threshold.learn(
            pool.indices.filter { $0 % 2 == 0 }.map { own.scores[$0] },
            clock: 0,
            options: options.anomalies.ofDistance(hasTimes: living.hasTimes)
        )
        let old = standing(of: living, data: data)
        func rate(_ standing: (scores: [Float], isFar: [Bool]), _ limit: Double?) -> Double {
            let flagged = judged.count { row in
                standing.isFar[row] || limit.map { Double(standing.scores[row]) > $0 } ?? false
            }
            return Double(flagged) / Double(judged.count)
        }
        return (rate(old, living.threshold.value), rate(own, threshold.value ?? next.threshold.value))
    }

    private func standing(of model: Model, data: Matrix) -> (scores: [Float], isFar: [Bool]) {
        let nearest = Nearest.search(
            queries: data,
            prototypes: model.centroids,
            layout: model.layout,
            metric: model.metric
        )
        let limits = Radii(model: model, birth: options.birth).limits
        return (model.scores(data), nearest.map { $0.distance > limits[$0.cluster] })
    }
}
