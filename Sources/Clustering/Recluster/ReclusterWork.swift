import BatchClustering
import Kernels

/// One reclustering.
struct ReclusterWork {
    let model: Model
    let options: ClusteringOptions
    /// The faded sample.
    let records: [StoredRecord]
    /// Its vectors, `n × d`.
    let data: Matrix
    /// The part of it that is fitted.
    let train: Matrix
    /// The rows of `data` that arrived last, in order.
    let newest: [Int]
    /// Whether older records have been left out, because the stream drifts.
    let isDrifting: Bool
    let seed: UInt64
    let lanes: Lanes

    private var grouping: GroupingOptions { options.recluster.grouping }

    /// Whether the search begins with round clusters, which may go on from the living ones.
    var isRound: Bool {
        let isPlain = grouping.reduction == .none && grouping.criterion == .silhouette
        return isPlain && (grouping.algorithm == .automatic || grouping.algorithm == .kmeans)
    }

    /// Whether the living clusters are the better ones for the newest records (by the silhouette of round clusters): they
    /// have followed a drift of which the sample shows the whole way. While the stream drifts, a candidate has to be
    /// clearly better; else it must not be clearly worse.
    private func isOutdated(_ centroids: Matrix) -> Bool {
        guard model.clusters.count > 1, model.layout.isPlain, newest.count >= Self.newestRecords,
            data.rows >= 2 * newest.count
        else { return false }
        let judge = ClusterCountJudge(vectors: data.selecting(newest), metric: model.metric)
        let margin = isDrifting ? -0.05 : 0.1
        return judge.silhouette(model.centroids) > judge.silhouette(centroids) + margin
    }

    /// The newest records, on which a drift shows.
    static let newestRecords = 60

    /// A candidate of the method that the options name.
    func candidate() throws(ClusteringError) -> Candidate {
        let found: Partition
        do {
            found = try grouping.grouping(of: train, metric: model.metric, seed: seed, lanes: lanes)
        } catch {
            throw .notEnough("the sample of \(train.rows) records could not be reclustered: \(error.description)")
        }
        guard found.count > 0 else {
            throw .notEnough("\(grouping.algorithm.rawValue) found no cluster among \(train.rows) sampled records")
        }
        var candidate = candidate(labels: found.labels, count: found.count, reasons: found.reasons)
        candidate.curve = found.curve.map { Candidate.CurvePoint(k: $0.k, silhouette: $0.value) }
        return candidate
    }

    /// k-means from the best of fresh and living centroids; under `auto` other shapes where those do not fit.
    func roundCandidate() throws(ClusteringError) -> Candidate {
        var kmeans = KMeans(data: train, metric: model.metric, lanes: lanes)
        kmeans.iterations = grouping.iterations
        let judged = Quality.draw(options.recluster.silhouetteSample, of: data.rows, seed: seed &+ 1)
        let drawn = dithered(data.selecting(judged))
        let judge = ClusterCountJudge(
            vectors: isGrownUp ? drawn.selecting(Scattered.dense(drawn, metric: model.metric, lanes: lanes)) : drawn,
            metric: model.metric,
            lanes: lanes
        )
        let fresh = fit(kmeans: kmeans, judge: judge)
        var result = fresh.result
        let isFree = grouping.k == .automatic
        if !model.clusters.isEmpty, model.layout.isPlain, isFree || result.centroids.rows == model.clusters.count {
            let warm = kmeans.run(from: isFree && isGrownUp ? mended() : model.centroids)
            let silhouette = judge.silhouette(warm.centroids)
            // A silhouette's own sampling error, and once the model is grown up what new borders for all would cost.
            let loyalty = isGrownUp ? max(0.005, 0.15 * silhouette) : 0.005
            if silhouette >= judge.silhouette(result.centroids) - loyalty { result = warm }
        }
        let point = Candidate.CurvePoint(k: result.centroids.rows, silhouette: judge.silhouette(result.centroids))
        let isOutdated = isOutdated(result.centroids)
        var reasons: [String] = []
        if grouping.algorithm == .automatic, isFree, model.features != nil {
            // Rows of some fields, of which few say anything of a density; and labels tell how centres differ.
            reasons = ["round groups: features are divided into segments about their centres"]
        } else if grouping.algorithm == .automatic, isFree {
            let living = model.layout.isPlain && !model.clusters.isEmpty ? [model.centroids] : []
            let found = shapes(result.centroids, starts: living + fresh.starts)
            reasons = [found.reason]
            if var candidate = found.candidate {
                candidate.curve = fresh.curve
                // The silhouette of round clusters says nothing against other shapes, but where a drift is known of.
                candidate.isOutdated = isDrifting && isOutdated
                return candidate
            }
        }
        var candidate = Candidate(
            centroids: result.centroids,
            prototypeCounts: Array(repeating: 1, count: result.centroids.rows),
            modelVersion: model.version,
            curve: fresh.curve.isEmpty ? [point] : fresh.curve,
            reasons: reasons,
            inertia: result.inertia,
            fitted: train.rows,
            heldOut: []
        )
        candidate.isOutdated = isOutdated
        return candidate
    }

    /// Of features without the steps that their numbers come in.
    private func dithered(_ vectors: Matrix) -> Matrix {
        guard model.metric == .euclidean, let encoding = model.features?.encoding else { return vectors }
        return encoding.dithered(vectors, seed: seed &+ 9)
    }

    /// The most segments that so many records are divided into. A silhouette rises again where groups hold a handful of
    /// records each: √(n/2) is the usual number (Mardia, Kent and Bibby 1979, "Multivariate analysis").
    private static func segments(of records: Int) -> Int { max(3, Int((Double(records) / 2).squareRoot())) }

    /// A young model is made anew, an old one mended.
    private var isGrownUp: Bool { model.records > options.warmUpRecords }

    /// The living centroids after the steps of ``WarmStart``.
    private func mended() -> Matrix {
        let steps = WarmStart(
            model: model,
            records: records,
            data: dithered(data),
            rows: Quality.draw(WarmStart.sampleLimit, of: data.rows, seed: seed &+ 4),
            options: options,
            ceiling: min(grouping.maximumK, options.maximumClusters),
            lanes: lanes
        )
        return steps.improved(model.centroids)
    }

    /// A candidate of groups of any shape, where the round ones do not fit.
    private func shapes(_ centroids: Matrix, starts: [Matrix]) -> (candidate: Candidate?, reason: String) {
        let rows = Quality.draw(Self.shapeSample, of: train.rows, seed: seed &+ 3)
        let part = rows.count == train.rows ? train : train.selecting(rows)
        let found = ShapeFinder.shapes(
            part,
            centroids: centroids,
            starts: starts,
            mixes: !isDrifting,
            metric: model.metric,
            seed: seed,
            lanes: lanes
        )
        guard let shapes = found.shapes else { return (nil, found.reason) }
        var made = candidate(
            labels: shapes.labels,
            count: shapes.count,
            reasons: shapes.reasons,
            vectors: part,
            tolerance: shapes.tolerance
        )
        made.cutsThrough = !shapes.overlaps && cutsThrough(made)
        return (made, found.reason)
    }

    /// Whether neighbours agree clearly less about the clusters of a candidate than about the living ones of a young
    /// model, where these have shapes of their own: round ones may just be too few. Of a grown-up model the gate judges.
    private func cutsThrough(_ candidate: Candidate) -> Bool {
        guard !isDrifting, !isGrownUp, model.clusters.count > 1, !model.layout.isPlain else { return false }
        let rows = Quality.draw(options.recluster.silhouetteSample, of: train.rows, seed: seed &+ 8)
        let drawn = train.selecting(rows)
        let neighbours = NeighbourAgreement(vectors: drawn, metric: model.metric)
        func agreement(_ prototypes: Matrix, _ layout: PrototypeLayout) -> Double? {
            let nearest = Nearest.search(queries: drawn, prototypes: prototypes, layout: layout, metric: model.metric)
            return neighbours.agreement(nearest.map(\.cluster))
        }
        guard let living = agreement(model.centroids, model.layout),
            let next = agreement(candidate.centroids, candidate.layout)
        else { return false }
        return next < living - Self.agreementMargin
    }

    /// How much less neighbours may agree about new clusters: better ones lost up to 0.03, worse ones 0.045 and more.
    private static let agreementMargin = 0.035

    /// The most records that shapes are looked for in.
    private static let shapeSample = 6000

    private func candidate(
        labels: [Int32],
        count: Int,
        reasons: [String],
        vectors: Matrix? = nil,
        tolerance: Double = PrototypePlacement.closeTolerance
    ) -> Candidate {
        let vectors = vectors ?? train
        let placement = PrototypePlacement(
            vectors: vectors,
            labels: labels,
            count: count,
            metric: model.metric,
            maximum: max(count, options.maximumPrototypes),
            seed: seed,
            tolerance: tolerance
        )
        let pairs = NearestTwo.search(queries: train, centroids: placement.prototypes, metric: model.metric)
        let inertia = pairs.reduce(0.0) { sum, pair in
            let distance = Double(pair.firstDistance)
            return sum + (model.metric == .cosine ? distance : distance * distance)
        }
        return Candidate(
            centroids: placement.prototypes,
            prototypeCounts: placement.counts,
            modelVersion: model.version,
            curve: [],
            reasons: reasons,
            inertia: inertia,
            fitted: train.rows,
            heldOut: []
        )
    }

    /// The best clusters that owe nothing to the living ones, and the counts that were tried.
    private func fit(
        kmeans: KMeans,
        judge: ClusterCountJudge
    ) -> (result: KMeans.Result, curve: [Candidate.CurvePoint], starts: [Matrix]) {
        var generator = SeededGenerator(seed: seed)
        switch grouping.k {
        case .fixed(let count):
            let k = max(1, min(count, options.maximumClusters))
            let result = kmeans.run(k: k, starts: grouping.starts, generator: &generator)
            guard let start = judge.start(k: k) else { return (result, [], []) }
            let other = kmeans.run(from: start)
            return (other.centroids.rows == k && other.inertia < result.inertia ? other : result, [], [])
        case .automatic:
            var ceiling = min(grouping.maximumK, options.maximumClusters)
            if model.features != nil { ceiling = min(ceiling, Self.segments(of: train.rows)) }
            let trials = judge.trials(maximum: ceiling, generator: &generator)
            guard let best = trials.max(by: { ($0.silhouette, $1.k) < ($1.silhouette, $0.k) }) else {
                return (kmeans.run(k: 1, starts: 1, generator: &generator), [], [])
            }
            return (kmeans.run(from: best.centroids), Candidate.curve(trials), trials.bestOfEach.map(\.centroids))
        }
    }
}

extension Candidate {
    /// The best silhouette of each count that was tried.
    fileprivate static func curve(_ trials: [ClusterCountJudge.Trial]) -> [CurvePoint] {
        let best = Dictionary(trials.map { ($0.k, $0.silhouette) }, uniquingKeysWith: max)
        return best.map { CurvePoint(k: $0.key, silhouette: $0.value) }.sorted { $0.k < $1.k }
    }
}
