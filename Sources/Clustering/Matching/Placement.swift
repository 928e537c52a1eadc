import Foundation
import Kernels

/// Where the sampled records stand in the living model and in a candidate.
struct Placement {
    /// The faded sample, in slot order.
    let records: [StoredRecord]
    /// Its vectors, `n × d`.
    let data: Matrix
    /// The living cluster of each record, and its distance; empty without living clusters.
    let old: [Nearest]
    /// The candidate's cluster of each record, and its distance.
    let new: [Nearest]
    /// How far each of the candidate's clusters reaches.
    let limits: [Float]

    init(model: Model, candidate: Candidate, birth: Birth) {
        records = candidate.carried ?? model.sample.living(at: model.clock, since: candidate.since)
        data = Matrix(records: records, dimension: model.dimension)
        old =
            model.clusters.isEmpty
            ? []
            : Nearest.search(
                queries: data,
                prototypes: model.centroids,
                layout: model.layout,
                metric: model.metric
            )
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

    /// What an operator said of the living cluster that most of some sampled records belong to.
    func standing(of rows: [Int], among clusters: [Cluster]) -> Standing? {
        guard !old.isEmpty, clusters.contains(where: { $0.standing != nil }) else { return nil }
        var counts: [Standing?: Int] = [:]
        for row in rows { counts[clusters[old[row].cluster].standing, default: 0] += 1 }
        return counts.max { ($0.value, $0.key?.rawValue ?? "") < ($1.value, $1.key?.rawValue ?? "") }?.key
    }

    /// What the living clusters of `model` and the candidate's have in common. Recent records weigh more: where a cluster
    /// is says more than where it was.
    func overlap(model: Model, candidate: Candidate, birth: Birth) -> Overlap {
        let living = model.clusters.isEmpty ? [] : Radii(model: model, birth: birth).limits
        let horizon = model.horizon(of: records, since: candidate.since)
        let members = zip(old, new).enumerated().map { index, pair in
            Overlap.Member(
                old: (pair.0.cluster, pair.0.distance <= living[pair.0.cluster]),
                new: (pair.1.cluster, pair.1.distance <= limits[pair.1.cluster]),
                weight: exp2(min(0, records[index].clock - model.clock) / horizon),
                isRecent: model.clock - records[index].clock <= horizon
            )
        }
        let oldLayout = model.layout
        let newLayout = candidate.layout
        return Overlap(
            members: members,
            livingReach: living.map(Double.init),
            candidateReach: limits.map(Double.init)
        ) { row, column in
            // The mean way from a living cluster's prototypes to the nearest of the candidate's cluster.
            var sum = 0.0
            var weight = 0.0
            for (place, own) in oldLayout.rows(of: row).enumerated() {
                let from = Array(model.centroids[row: own])
                let nearest = newLayout.rows(of: column).map {
                    model.metric.distance(from, Array(candidate.centroids[row: $0]))
                }.min()
                sum += model.clusters[row].prototypeWeights[place] * Double(nearest ?? .infinity)
                weight += model.clusters[row].prototypeWeights[place]
            }
            return weight > 0 ? sum / weight : .infinity
        }
    }
}
