/// A living cluster: what is remembered of its members beside the centroid, which the model holds.
public struct Cluster: Sendable, Equatable, Codable {
    /// The durable id: positive, never used again for another cluster.
    public let id: Int
    /// The decayed count of members as it stood at ``clock``; ``Model/weight(of:)`` brings it up to date.
    public internal(set) var weight: Double
    /// The decayed count of the members nearest to each of its prototypes, as it stood at ``clock``: one element for a
    /// cluster that a single centroid stands for, several for one of another shape.
    public internal(set) var prototypeWeights: [Double]
    /// How each of its prototypes follows its members.
    var pursuits: [Pursuit]
    /// The version of the model in which the prototypes were last set anew.
    var arrangedAt: UInt64
    /// The decay clock, in half-lives, at which the decayed figures here were last brought up to date.
    public internal(set) var clock: Double
    /// The decayed sum of the members' distances to the centroid, each as it was when the member arrived.
    public internal(set) var distanceSum: Double
    /// The decayed sum of the squares of those distances.
    public internal(set) var distanceSquareSum: Double
    /// The number of the record (counting from 0) at which the cluster was born.
    public internal(set) var bornAt: UInt64
    /// The number of the record that last joined it.
    public internal(set) var lastSeen: UInt64
    /// The time of the newest record that joined it, in milliseconds since 1970, when records have times.
    public internal(set) var lastTimestamp: Int64?
    /// The version of the model in which it last changed.
    public internal(set) var revision: UInt64
    /// A short name made of its terms, "cluster 17" where there are none.
    public internal(set) var label: String
    /// The decayed counts of the terms in its members' text, bounded.
    public internal(set) var terms: TermCounts
    /// The sum of the counts of terms when the cluster was last named.
    var labelledTerms: Double
    /// The members nearest to the centroid, nearest first.
    public internal(set) var representatives: [Representative]
    /// What an operator has said of it; nil: nothing.
    public internal(set) var standing: Standing?
    /// How many records come to it per minute; nil where they have no times.
    var rate: ClusterRate?
    /// Where its centre was when it was born or last said to have moved; empty before that was ever said.
    var anchor = PackedVector(elements: [])
    /// In a model of two tiers the deep centroids of its prototypes one after another, as of when clusters were last made
    /// of the sample; nil since its birth or a union.
    var deepPrototypes: PackedVector?

    /// A cluster that holds nothing yet.
    init(id: Int, clock: Double, bornAt: UInt64, revision: UInt64) {
        self.id = id
        self.clock = clock
        self.bornAt = bornAt
        self.revision = revision
        weight = 0
        prototypeWeights = [0]
        pursuits = [Pursuit(inertia: 0)]
        arrangedAt = revision
        distanceSum = 0
        distanceSquareSum = 0
        lastSeen = bornAt
        lastTimestamp = nil
        label = LabelWriter.number(id)
        terms = TermCounts()
        labelledTerms = 0
        representatives = []
    }

    /// Sets the weights of new prototypes, which have settled.
    mutating func setPrototypes(weights: [Double]) {
        prototypeWeights = weights
        deepPrototypes = nil
        pursuits = weights.map { Pursuit(inertia: $0) }
    }

    /// The decayed mean of the members' distances; 0 without members.
    public var meanDistance: Double { weight > 0 ? distanceSum / weight : 0 }

    /// The decayed standard deviation of the members' distances; 0 without members.
    public var deviation: Double {
        guard weight > 0 else { return 0 }
        return max(0, distanceSquareSum / weight - meanDistance * meanDistance).squareRoot()
    }
}

/// A record that speaks for its cluster.
public struct Representative: Sendable, Equatable, Codable {
    /// Its text, redacted and cut at the configured length.
    public internal(set) var text: String
    /// Its distance to the centroid when it arrived.
    public internal(set) var distance: Float
    /// Its number in the stream, counting from 0.
    public let record: UInt64
    /// The decay clock, in half-lives, when it arrived.
    let clock: Double

    /// The same record at another distance, where its cluster's place is counted anew.
    func moved(to distance: Float) -> Representative {
        var result = self
        result.distance = distance
        return result
    }
}
