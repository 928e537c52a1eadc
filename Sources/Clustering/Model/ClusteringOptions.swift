public import BatchClustering

/// How fast the past is forgotten: after one half-life everything learned counts half as much.
public enum HalfLife: Sendable, Equatable, Codable {
    /// A number of records, greater than 0.
    case records(Double)
    /// A span of the records' own time, greater than 0.
    case time(seconds: Double)
    /// Nothing is ever forgotten.
    case none
}

/// From what distance to every cluster a record is no longer averaged into one but waits in the nursery.
public enum Birth: Sendable, Equatable, Codable {
    /// From the spread of each cluster itself: the mean distance of its members plus some standard deviations.
    case automatic
    /// A fixed distance in the space's metric, greater than 0.
    case distance(Float)
}

/// Everything that steers the clustering core. The defaults are meant to serve any stream.
public struct ClusteringOptions: Sendable, Equatable {
    /// How fast the past fades.
    public var halfLife: HalfLife = .records(100_000)
    /// Whether a centroid whose members have moved follows them faster than the half-life lets it; not where features of
    /// records are clustered.
    public var followsDrift = true
    /// When a record is far from every cluster.
    public var birth: Birth = .automatic
    /// The ceiling on living clusters, at least 1. When it is reached the lightest cluster makes room for a birth.
    public var maximumClusters = 1024
    /// The ceiling on the prototypes of all clusters together, at least ``maximumClusters``.
    public var maximumPrototypes = 2048
    /// All randomness comes from here: equal seeds and records give equal results.
    public var seed: UInt64 = 0
    /// Records per learning step, at least 1: those of one step are all judged by the same model.
    public var step = 100
    /// Records that are enough to make the first clusters, at least 2.
    public var bootstrapRecords = 50
    /// Until this many records the model is rebuilt from its sample each time their number has doubled; 0 never does.
    public var warmUpRecords: UInt64 = 6400
    /// Members that a dense group in the nursery needs to become a cluster, at least 2.
    public var birthMembers = 8
    /// The most far-off records that wait in the nursery, at least `birthMembers`; the oldest leaves first.
    public var nurseryCapacity = 256
    /// The most records in the decayed sample (the reservoir), at least `bootstrapRecords`.
    public var sampleCapacity = 20_000
    /// A cluster whose decayed weight has fallen below this many records is retired.
    public var minimumWeight = 0.5
    /// Anomaly scores and their threshold.
    public var anomalies = AnomalyOptions()
    /// Periodic reclustering.
    public var recluster = ReclusterOptions()
    /// From where on clusters count as the same, as parts, as moved.
    public var lineage = LineageOptions()
    /// What is kept to describe clusters to people.
    public var labels = LabelOptions()

    /// The defaults.
    public init() {}
}

/// Settings of the anomaly verdict.
public struct AnomalyOptions: Sendable, Equatable {
    /// The share of normal records that may raise an alarm, `q`, between 0 and 0.5 (exclusive).
    public var falseAlarmRate = 0.001
    /// In a model of two tiers: how many times the false alarm rate the share of records is that are looked at closely, by
    /// their deep vectors; at least 1.
    public var suspicion = 10.0
    /// An anomaly near a cluster holding less than this share of the weight is of a rare kind, not far.
    public var heavyShare = 0.02
    /// The quantile of the scores above which they count as peaks; lowered where `q` asks for it.
    public var level = 0.98
    /// Scores that must have been seen before the first alarm, at least 100.
    public var calibrationRecords = 300
    /// The most recent peaks that the tail is fitted to, at least 16.
    public var peakCapacity = 400
    /// An incident is over when its cluster has raised no alarm for this long by the records' own time, in seconds.
    public var incidentQuiet = 600.0
    /// The same in records, where these have no times.
    public var incidentQuietRecords: UInt64 = 1000

    /// The defaults.
    public init() {}
}

/// Settings of ``recluster(model:options:)`` and of the gate in ``adopt(_:into:options:assessment:)``.
public struct ReclusterOptions: Sendable, Equatable {
    /// How a candidate is made, and how many clusters it has.
    public var grouping = GroupingOptions()
    /// The share of the sample that is held out of the fit and judges it, from 0 (exclusive) to 0.5.
    public var heldOutShare = 0.2
    /// The most records that a silhouette is computed on (its cost is quadratic), at least 10.
    public var silhouetteSample = 1500
    /// How much the held-out silhouette of a candidate may fall below the living model's, from 0 to 2.
    public var silhouetteMargin = 0.02
    /// By which share the held-out Davies-Bouldin index of a candidate may rise above the living model's, 0 or more.
    public var daviesBouldinMargin = 0.1
    /// The least share of sampled records that must keep their cluster id, from 0 to 1.
    public var minimumRetention = 0.3
    /// How much the share of held-out records that a candidate would flag may rise above the living model's, or above
    /// the share that the operator allows where that is larger; from 0 to 1.
    public var anomalyRateMargin = 0.02

    /// The defaults.
    public init() {}
}

/// Settings of labels and representatives.
public struct LabelOptions: Sendable, Equatable {
    /// The most terms in a label, at least 1.
    public var terms = 4
    /// The most terms counted per cluster, at least `terms`; up to twice as many for a while between two clearings.
    public var vocabulary = 96
    /// The most terms counted in all clusters together, at least 1000: with many clusters each counts fewer, but never
    /// fewer than `terms`.
    public var totalVocabulary = 131_072
    /// Whether terms that often stand side by side are counted as phrases too.
    public var pairs = true
    /// What is taken out of texts before any of them is kept.
    public var redaction = Redaction.builtIn
    /// Representatives kept per cluster: the records nearest to the centroid. 0 keeps none.
    public var representatives = 3
    /// The most bytes (UTF-8) of a record's text that are kept, at least 1.
    public var textLength = 200

    /// The defaults.
    public init() {}
}
