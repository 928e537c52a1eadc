import Kernels

/// Where the sampled records stand in the living model and in a candidate.
struct Placement {
    /// The faded sample, in slot order.
    let records: [StoredRecord]
    /// Its vectors, `n × d`.
    let data: Matrix
    /// The living cluster (row) of each record; empty without living clusters.
    let old: [Int]
    /// The candidate's cluster of each record, and its distance.
    let new: [Nearest]
    /// How far each of the candidate's clusters reaches.
    let limits: [Float]

    init(model: Model, candidate: Candidate, birth: Birth) {
        records = model.sample.living(at: model.clock)
        data = Matrix(records: records, dimension: model.dimension)
        old =
            model.clusters.isEmpty
            ? []
            : Nearest.search(
                queries: data,
                prototypes: model.centroids,
                layout: model.layout,
                metric: model.metric
            ).map(\.cluster)
        new = Nearest.search(
            queries: data,
            prototypes: candidate.centroids,
            layout: candidate.layout,
            metric: model.metric
        )
        var moments = [(count: Double, sum: Double, square: Double)](
            repeating: (0, 0, 0),
            count: candidate.clusterCount
        )
        for pair in new {
            let distance = Double(pair.distance)
            moments[pair.cluster].count += 1
            moments[pair.cluster].sum += distance
            moments[pair.cluster].square += distance * distance
        }
        limits = Radii.limits(moments: moments, birth: birth)
    }

    /// The members of each candidate cluster: records within its reach.
    func members(_ clusters: Int) -> [[Int]] {
        var members = [[Int]](repeating: [], count: clusters)
        for (index, pair) in new.enumerated() where pair.distance <= limits[pair.cluster] {
            members[pair.cluster].append(index)
        }
        return members
    }

    /// How many records each living cluster and each candidate share: `living × candidates`, row by row.
    func overlap(living: Int, candidates: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: living * candidates)
        for (row, pair) in zip(old, new) { counts[row * candidates + pair.cluster] += 1 }
        return counts
    }
}
