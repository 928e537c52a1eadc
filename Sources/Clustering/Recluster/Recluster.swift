import BatchClustering
import Kernels

/// Makes a candidate for a new set of clusters from a model's sample.
///
/// Pure and slow (seconds for 20,000 records): meant for a copy of the model, off the hot path. Part of the sample is
/// held out of the fit, for the gate and for the anomaly threshold. The living centroids are tried as a start as well,
/// and win unless fresh ones are clearly better, so that nothing changes without need.
/// - Throws: ``ClusteringError/notEnough(_:)`` when the sample holds fewer than two records.
public func recluster(model: Model, options: ClusteringOptions) throws(ClusteringError) -> Candidate {
    // Features are fitted anew with the clusters, so that these are made in the space that they will live in.
    var model = model
    if let encoding = model.refittedEncoding(options: options) { model.reencode(to: encoding) }
    let records = model.sample.living(at: model.clock)
    guard records.count >= 2 else {
        throw .notEnough("reclustering needs at least 2 sampled records, there are \(records.count); wait for more")
    }
    var settings = options.recluster
    if case .fixed(let count) = settings.k { settings.k = .fixed(min(count, options.maximumClusters)) }
    let seed = SeededGenerator.mix(options.seed ^ SeededGenerator.mix(model.records))
    var generator = SeededGenerator(seed: seed)
    let heldOut = heldOutRows(of: records.count, share: settings.heldOutShare, seed: seed)
    let isHeldOut = Set(heldOut)
    let data = Matrix(records: records, dimension: model.dimension)
    let train = heldOut.isEmpty ? data : data.selecting(records.indices.filter { !isHeldOut.contains($0) })
    var kmeans = KMeans(data: train, metric: model.metric)
    kmeans.iterations = settings.iterations
    let judged = Quality.draw(settings.silhouetteSample, of: data.rows, seed: seed &+ 1)
    let drawn = data.selecting(judged)
    let vectors = drawn.selecting(Scattered.dense(drawn, metric: model.metric))
    let judge = ClusterCountJudge(vectors: vectors, metric: model.metric)

    let ceiling = min(settings.maximumK, options.maximumClusters)
    let fresh = fit(settings, ceiling: ceiling, kmeans: kmeans, judge: judge, generator: &generator)
    var result = fresh.result
    if !model.clusters.isEmpty, model.layout.isPlain,
        settings.k == .automatic || result.centroids.rows == model.clusters.count
    {
        var start = model.centroids
        // A young model is made anew, not mended.
        if settings.k == .automatic, model.records > options.warmUpRecords {
            let steps = WarmStart(
                model: model,
                records: records,
                data: data,
                rows: Quality.draw(WarmStart.sampleLimit, of: data.rows, seed: seed &+ 3),
                options: options,
                ceiling: ceiling
            )
            start = steps.improved(start)
        }
        let warm = kmeans.run(from: start)
        let silhouette = judge.silhouette(warm.centroids)
        // A silhouette's own sampling error, and once the model is grown up what new borders for all would cost.
        let loyalty = model.records <= options.warmUpRecords ? 0.005 : max(0.005, 0.15 * silhouette)
        if silhouette >= judge.silhouette(result.centroids) - loyalty { result = warm }
    }
    let point = Candidate.CurvePoint(k: result.centroids.rows, silhouette: judge.silhouette(result.centroids))
    return Candidate(
        centroids: result.centroids,
        prototypeCounts: Array(repeating: 1, count: result.centroids.rows),
        modelVersion: model.version,
        curve: fresh.curve.isEmpty ? [point] : fresh.curve,
        inertia: result.inertia,
        fitted: train.rows,
        encoding: model.features?.encoding,
        heldOut: heldOut.map { records[$0].record }.sorted()
    )
}

/// The best clusters that owe nothing to the living ones, and the counts that were tried.
private func fit(
    _ settings: ReclusterOptions,
    ceiling: Int,
    kmeans: KMeans,
    judge: ClusterCountJudge,
    generator: inout SeededGenerator
) -> (result: KMeans.Result, curve: [Candidate.CurvePoint]) {
    switch settings.k {
    case .fixed(let count):
        let k = max(1, count)
        let result = kmeans.run(k: k, starts: settings.starts, generator: &generator)
        guard let start = judge.start(k: k) else { return (result, []) }
        let other = kmeans.run(from: start)
        return (other.centroids.rows == k && other.inertia < result.inertia ? other : result, [])
    case .automatic:
        let trials = judge.trials(maximum: ceiling, generator: &generator)
        guard let best = trials.max(by: { ($0.silhouette, $1.k) < ($1.silhouette, $0.k) }) else {
            return (kmeans.run(k: 1, starts: 1, generator: &generator), [])
        }
        return (kmeans.run(from: best.centroids), Candidate.curve(trials))
    }
}

extension Candidate {
    /// The best silhouette of each count that was tried.
    fileprivate static func curve(_ trials: [ClusterCountJudge.Trial]) -> [CurvePoint] {
        let best = Dictionary(trials.map { ($0.k, $0.silhouette) }, uniquingKeysWith: max)
        return best.map { CurvePoint(k: $0.key, silhouette: $0.value) }.sorted { $0.k < $1.k }
    }
}

/// Rows that are held out of a fit: none of a sample too small to spare any.
private func heldOutRows(of count: Int, share: Double, seed: UInt64) -> [Int] {
    count < 500 ? [] : Quality.draw(Int(Double(count) * share), of: count, seed: seed &+ 2)
}
