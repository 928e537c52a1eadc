import Kernels

/// How a prototype follows its members: at the half-life's pace while they stay, faster when they move away.
///
/// The mean of `m` new members differs from a prototype that is worth `M` members by a squared distance of
/// `σ²/m + σ²/M` on average if nothing moves (`σ²`: the mean squared distance of members). A running ratio of what is
/// seen to what is expected that stays well above 1 shows a drift; `M`, the inertia, is then lowered, so that the
/// prototype moves more. Innovation-based adaptive filters do the same with their gain (Mehra 1970).
struct Pursuit: Sendable, Equatable, Codable {
    /// What the prototype's past counts for when new members are averaged in, in records: at most its weight.
    var inertia: Double
    /// The running ratio of observed to expected squared distances, about 1 while nothing moves.
    var strain = 1.0

    /// What a new ratio counts in the running one.
    static let pace = 0.2
    /// The ratio from which it is a drift rather than chance.
    static let limit = 1.8
    /// The most that a single step counts for: a burst is not yet a drift.
    static let largestRatio = 8.0
    /// The inertia that is always left.
    static let leastInertia = 4.0

    /// When the prototypes together remember less than this share of their weight, the whole stream drifts.
    static let driftingShare = 0.35

    init(inertia: Double) {
        self.inertia = inertia
    }

    /// Takes note of how far the mean of `members` new members is from the prototype (`surprise`, squared), before it
    /// moves. `spread` is the mean squared distance of members.
    mutating func note(surprise: Double, members: Double, spread: Double) {
        guard spread > 0, inertia > 0, members > 0 else { return }
        let expected = spread / members + spread / inertia
        strain += Self.pace * (min(surprise / expected, Self.largestRatio) - strain)
        if strain > Self.limit {
            inertia = min(inertia, max(Self.leastInertia, inertia * Self.limit / strain))
        }
    }
}

extension Model {
    /// The number of the first record that still tells of the stream as it is: 0 unless the clusters follow a drift, and
    /// then as many records ago as the prototypes remember, twice over.
    var memoryBegins: UInt64 {
        var inertia = 0.0
        var weight = 0.0
        for (index, cluster) in clusters.enumerated() {
            let factor = Forgetting.factor(from: cluster.clock, to: clock)
            inertia += factor * cluster.pursuits.reduce(0) { $0 + $1.inertia }
            weight += self.weight(of: index)
        }
        guard weight > 0, inertia < Pursuit.driftingShare * weight else { return 0 }
        let memory = UInt64(max(1, 2 * inertia))
        return records > memory ? records - memory : 0
    }
}

extension Model {
    /// The age, in half-lives, that half of the records which still tell of the stream do not exceed: 1, or less while the
    /// clusters follow a drift and older records than `since` are left out.
    func horizon(of records: [StoredRecord], since: UInt64) -> Double {
        guard since > 0, let oldest = records.lazy.map(\.clock).min(), oldest < clock else { return 1 }
        return min(1, (clock - oldest) / 2)
    }
}

extension Cluster {
    /// Lowers the prototypes' inertia to the members that were seen.
    mutating func limitInertia(to members: [Double]) {
        for (index, count) in members.enumerated() where index < pursuits.count {
            pursuits[index].inertia = min(pursuits[index].inertia, count)
        }
    }

    /// Fades what the prototypes hold.
    mutating func fadePrototypes(by factor: Double) {
        guard factor < 1 else { return }
        for index in prototypeWeights.indices { prototypeWeights[index] *= factor }
        for index in pursuits.indices { pursuits[index].inertia *= factor }
    }

    /// The mean squared Euclidean distance of members to their prototypes.
    @inline(__always)
    func meanSquare(_ metric: Metric) -> Double {
        guard weight > 0 else { return 0 }
        // A cosine distance is half a squared chord.
        return metric == .cosine ? 2 * distanceSum / weight : distanceSquareSum / weight
    }
}

extension Model {
    /// Whether prototypes may go faster than the half-life lets them. Features of records are standardised by what was seen
    /// lately: their encoding follows a drift already, at the half-life's pace, and what a segment of customers means is not
    /// to follow each field that only ever grows.
    func pursues(_ options: ClusteringOptions) -> Bool { options.followsDrift && features == nil }
}
