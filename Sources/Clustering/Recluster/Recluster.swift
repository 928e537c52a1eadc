import BatchClustering
public import Kernels

/// Makes a candidate for a new set of clusters from a model's sample.
///
/// Pure and slow (seconds for 20,000 records): meant for a copy of the model, off the hot path. Part of the sample is
/// held out of the fit, for the gate and for the anomaly threshold. Where round clusters are looked for, the living
/// centroids are tried as a start as well, and win unless fresh ones are clearly better, so that nothing changes without
/// need. Groups of other shapes get several prototypes.
/// - Throws: ``ClusteringError/notEnough(_:)`` when the sample holds fewer than two records, or too few for the method.
public func recluster(
    model: Model,
    options: ClusteringOptions,
    lanes: Lanes = .serial
) throws(ClusteringError) -> Candidate {
    if let moving = model.movingCandidate(options) { return moving }
    // Features are fitted anew with the clusters, so that these are made in the space that they will live in.
    // Of two tiers the deep one is grouped.
    let whole = model
    var model = model.deepView
    if let encoding = model.refittedEncoding(options: options) { model.reencode(to: encoding) }
    let since = model.memoryBegins
    let records = model.sample.living(at: model.clock, since: since)
    guard records.count >= 2 else {
        throw .notEnough("reclustering needs at least 2 sampled records, there are \(records.count); wait for more")
    }
    let seed = SeededGenerator.mix(options.seed ^ SeededGenerator.mix(model.records))
    let heldOut = heldOutRows(of: records.count, share: options.recluster.heldOutShare, seed: seed)
    let isHeldOut = Set(heldOut)
    let data = Matrix(records: records, dimension: model.dimension)
    let train = heldOut.isEmpty ? data : data.selecting(records.indices.filter { !isHeldOut.contains($0) })
    let newest = records.indices.sorted { records[$0].record < records[$1].record }.suffix(ReclusterWork.newestRecords)
    let work = ReclusterWork(
        model: model,
        options: options,
        records: records,
        data: data,
        train: train,
        newest: Array(newest),
        isDrifting: since > 0,
        seed: seed,
        lanes: lanes
    )
    var candidate = work.isRound ? try work.roundCandidate() : try work.candidate()
    candidate.since = since
    candidate.encoding = model.features?.encoding
    candidate.heldOut = heldOut.map { records[$0].record }.sorted()
    candidate.map = whole.fittedMap(heldOut: candidate.heldOut)
    return candidate
}

/// Rows that are held out of a fit: none of a sample too small to spare any.
private func heldOutRows(of count: Int, share: Double, seed: UInt64) -> [Int] {
    count < 500 ? [] : Quality.draw(Int(Double(count) * share), of: count, seed: seed &+ 2)
}
