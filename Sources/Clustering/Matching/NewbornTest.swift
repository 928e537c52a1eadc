import Kernels

/// Tells groups without a past from scattered records, while the clusters follow a drift.
///
/// Few sampled records are new enough then, and a candidate may make a group of all that no cluster covers.
struct NewbornTest {
    private let placement: Placement
    private let metric: Metric
    /// How far a typical living cluster reaches.
    private let reach: Float
    /// The sampled records that no cluster with a past covers.
    private let uncovered: [Int]

    /// The least members near one prototype.
    private static let leastMembers = 15

    init(model: Model, placement: Placement, matching: Matching, options: ClusteringOptions) {
        self.placement = placement
        metric = model.metric
        reach = Radii(model: model, birth: options.birth).typicalLimit
        uncovered = placement.new.indices.filter { row in
            let pair = placement.new[row]
            return matching.source[pair.cluster] == nil || pair.distance > placement.limits[pair.cluster]
        }
    }

    /// Whether enough of a group lies within a typical cluster's reach of one prototype, as in the nursery, and more than
    /// lie together anywhere else where no cluster is.
    func isDense(_ members: [Int]) -> Bool {
        var counts: [Int: Int] = [:]
        for row in members where placement.new[row].distance <= reach {
            counts[placement.new[row].prototype, default: 0] += 1
        }
        guard let near = counts.values.max(), near >= Self.leastMembers else { return false }
        let group = Set(members)
        return !Chance.explains(near, outside: uncovered.filter { !group.contains($0) }) { row in
            let vector = Array(placement.data[row: row])
            return uncovered.count { metric.distance(vector, Array(placement.data[row: $0])) <= reach }
        }
    }
}
