/// How records are clustered.
public struct ClusterSettings: Sendable, Equatable {
    /// How far two vectors are apart.
    public enum Metric: String, Sendable, CaseIterable {
        /// 1 - cosine similarity.
        case cosine
        /// Euclidean distance.
        case euclidean
    }

    /// How far two vectors are apart; nil leaves it to the space.
    public var metric: Metric?
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
        /// Mini-batch k-means.
        case minibatch
        /// k-means on the unit sphere.
        case spherical
        /// Density-connected groups of a given radius.
        case dbscan
        /// Density-connected groups that last over many radii.
        case hdbscan
        /// A tree of ever larger groups, cut.
        case agglomerative
    }

    /// What the number of clusters is chosen by.
    public enum Criterion: String, Sendable, CaseIterable {
        /// The mean silhouette.
        case silhouette
        /// The knee of the inertia's curve.
        case elbow
        /// Between-cluster over within-cluster variance.
        case calinskiHarabasz = "calinski_harabasz"
        /// The Bayesian information criterion.
        case bic
    }

    /// How far apart two groups of a tree are.
    public enum Linkage: String, Sendable, CaseIterable {
        /// The growth of the sum of squares.
        case ward
        /// The mean distance of members.
        case average
        /// The largest distance of members.
        case complete
    }

    /// Which groups of the density tree are taken.
    public enum Selection: String, Sendable, CaseIterable {
        /// Those with the most excess of mass.
        case eom
        /// The leaves.
        case leaf
    }

    /// What the vectors are mapped by before they are grouped.
    public enum Reduction: String, Sendable, CaseIterable {
        /// Nothing.
        case none
        /// Principal components.
        case pca
        /// UMAP.
        case umap
    }

    /// How often.
    public var every = Span.time(.seconds(600))
    /// How a candidate is made.
    public var algorithm = Algorithm.auto
    /// How many clusters; nil takes the number that ``criterion`` finds best.
    public var k: Int?
    /// What the number is chosen by.
    public var criterion = Criterion.silhouette
    /// Records kept to recluster from; nil: 20,000, or 4,000 where each of them costs a transformer (`space.flood`).
    public var sample: Int?
    /// The largest number of clusters that is tried where ``k`` is nil.
    public var maximumK = 128
    /// The linkage of `agglomerative`.
    public var linkage = Linkage.ward
    /// The distance beyond which `agglomerative` joins nothing; nil goes by ``k``.
    public var distanceThreshold: Double?
    /// The radius of `dbscan`; nil finds it in the data.
    public var epsilon: Double?
    /// Neighbours that make a record dense, for `dbscan` and `hdbscan`; nil is the method's default.
    public var minimumNeighbours: Int?
    /// Members that a cluster of `hdbscan` needs.
    public var minimumClusterSize = 5
    /// The groups that `hdbscan` takes.
    public var selection = Selection.eom
    /// Groups of `hdbscan` nearer to each other than this are one.
    public var selectionEpsilon = 0.0
    /// What the vectors are mapped by first.
    public var reduction = Reduction.none
    /// The dimensions that are left by ``reduction``.
    public var dimensions = 10
    /// How much the held-out silhouette of a candidate may fall below the living one's.
    public var silhouetteMargin = 0.02
    /// How much the held-out Davies-Bouldin index of a candidate may rise above the living one's, as a share of it.
    public var daviesBouldinMargin = 0.1
    /// The least share of sampled records that must keep their cluster id.
    public var minimumRetention = 0.3
    /// How much the share of held-out records that the candidate would flag may rise above the living one's.
    public var anomalyRateMargin = 0.02

    /// The defaults.
    public init() {}
}

/// What is anomalous.
public struct AnomalySettings: Sendable, Equatable {
    /// The share of normal records that may be flagged, above 0 and below 0.5.
    public var falseAlarmRate = 0.001
    /// A cluster with less than this share of the weight does not make what is near it normal.
    public var heavyShare = 0.02
    /// An incident is over when its cluster has raised no alarm for this long by the records' own time.
    public var incidentQuiet = Duration.seconds(600)

    /// The defaults.
    public init() {}
}

/// What is kept to describe clusters to people.
public struct LabelSettings: Sendable, Equatable {
    /// What can be taken out of texts without a pattern.
    public static let builtInRedactions = ["email", "address", "uuid", "number", "hexadecimal"]

    /// What is taken out of texts before any of them is kept: built-in kinds by name, else regular expressions.
    public var redact = builtInRedactions
    /// The most terms in a label.
    public var terms = 4
    /// Bytes of a record's text that are kept.
    public var textLength = 200
    /// Records kept to show what a cluster is about.
    public var representatives = 3

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
