import Kernels

/// Where the sampled records stand in the living model and in a candidate.
struct Placement {
    /// The faded sample, in slot order.
    let records: [StoredRecord]
    /// Its vectors, `n × d`.
    let data: Matrix
    /// The living cluster (row) of each record; empty without living clusters.
    let old: [Int]
    /// The candidate's cluster (row) of each record, and its distance.
    let new: [NearestPair]
    /// How far each of the candidate's clusters reaches.
    let limits: [Float]

    init(model: Model, candidate: Candidate, birth: Birth) {
        records = model.sample.living(at: model.clock)
        data = Matrix(records: records, dimension: model.dimension)
        old =
            model.clusters.isEmpty
            ? []
            : NearestTwo.search(queries: data, centroids: model.centroids, metric: model.metric).map { Int($0.first) }
        new = NearestTwo.search(queries: data, centroids: candidate.centroids, metric: model.metric)
        var moments = [(count: Double, sum: Double, square: Double)](
            repeating: (0, 0, 0),
            count: candidate.centroids.rows
        )
        for pair in new {
            let distance = Double(pair.firstDistance)
            moments[Int(pair.first)].count += 1
            moments[Int(pair.first)].sum += distance
            moments[Int(pair.first)].square += distance * distance
        }
        limits = Radii.limits(moments: moments, birth: birth)
    }

    /// The members of each candidate cluster: records within its reach.
    func members(_ clusters: Int) -> [[Int]] {
        var members = [[Int]](repeating: [], count: clusters)
        for (index, pair) in new.enumerated() where pair.firstDistance <= limits[Int(pair.first)] {
            members[Int(pair.first)].append(index)
        }
        return members
    }

    /// How many records each living cluster and each candidate share: `living × candidates`, row by row.
    func overlap(living: Int, candidates: Int) -> [Double] {
        var counts = [Double](repeating: 0, count: living * candidates)
        for (row, pair) in zip(old, new) { counts[row * candidates + Int(pair.first)] += 1 }
        return counts
    }
}
