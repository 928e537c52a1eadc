/// How records are clustered.
public struct ClusterSettings: Sendable, Equatable {
    /// How far two vectors are apart.
    public enum Metric: String, Sendable, CaseIterable {
        /// 1 - cosine similarity.
        case cosine
        /// Euclidean distance.
        case euclidean
    }

    /// How far two vectors are apart.
    public var metric = Metric.cosine
    /// After this much the weight of what was learnt has halved.
    public var halfLife = Span.records(100_000)
    /// From this distance to all clusters a record may begin a new one; nil lets each cluster's own spread decide.
    public var birth: Double?
    /// The ceiling on living clusters.
    public var maximum = 1024
    /// All randomness comes from here.
    public var seed = 0
    /// Records per learning step.
    public var step = 100

    /// The defaults.
    public init() {}
}

/// Periodic reclustering.
public struct ReclusterSettings: Sendable, Equatable {
    /// How a candidate is made.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// The daemon chooses.
        case auto
        /// k-means++ with Lloyd's algorithm.
        case kmeans
    }

    /// How often.
    public var every = Span.time(.seconds(600))
    /// How a candidate is made.
    public var algorithm = Algorithm.auto
    /// How many clusters; nil takes the number with the best silhouette.
    public var k: Int?
    /// Records kept to recluster from.
    public var sample = 20_000
    /// The largest number of clusters that is tried where ``k`` is nil.
    public var maximumK = 128

    /// The defaults.
    public init() {}
}

/// What is anomalous.
public struct AnomalySettings: Sendable, Equatable {
    /// The share of normal records that may be flagged, above 0 and below 0.5.
    public var falseAlarmRate = 0.001
    /// A cluster with less than this share of the weight does not make what is near it normal.
    public var heavyShare = 0.02

    /// The defaults.
    public init() {}
}

/// A stretch of the stream.
public enum Span: Sendable, Equatable {
    /// A number of records, greater than 0.
    case records(Int)
    /// A duration, greater than 0.
    case time(Duration)
    /// Without end: never forget, never recluster.
    case never
}
