/// Which method groups vectors, and with which settings. One method reads some of them; the others ignore those.
public struct GroupingOptions: Sendable, Equatable {
    /// The methods.
    public enum Algorithm: String, Sendable, Equatable, CaseIterable {
        /// Chooses by the structure and the number of the vectors, and says why.
        case automatic = "auto"
        /// Lloyd's algorithm from k-means++ starts.
        case kmeans
        /// Mini-batch k-means with reassignment of starved centroids.
        case minibatch
        /// k-means on the unit sphere.
        case spherical
        /// Density-connected vectors (Ester et al. 1996).
        case dbscan
        /// The density-connected groups that last longest (Campello, Moulavi and Sander 2013).
        case hdbscan
        /// The two nearest groups are joined until enough are left.
        case agglomerative
    }

    /// How many groups.
    public enum Count: Sendable, Equatable {
        /// The number that ``GroupingOptions/criterion`` finds best.
        case automatic
        /// Exactly this many, at least 1 (fewer where there are fewer distinct vectors).
        case fixed(Int)
    }

    /// What the best number of groups is judged by.
    public enum Criterion: String, Sendable, Equatable, CaseIterable {
        /// The mean silhouette (Rousseeuw 1987); high is good.
        case silhouette
        /// The knee of the inertia's curve (Satopää et al. 2011).
        case elbow
        /// Between-group over within-group variance (Caliński and Harabasz 1974); high is good.
        case calinskiHarabasz = "calinski_harabasz"
        /// The Bayesian information criterion of spherical Gaussians (Pelleg and Moore 2000); high is good.
        case bic
    }

    /// How far apart two groups are, for ``Algorithm/agglomerative``.
    public enum Linkage: String, Sendable, Equatable, CaseIterable {
        /// The growth of the sum of squares by joining them (Ward 1963).
        case ward
        /// The mean distance of their members.
        case average
        /// The largest distance of their members.
        case complete
    }

    /// Which groups of the tree ``Algorithm/hdbscan`` takes.
    public enum Selection: String, Sendable, Equatable, CaseIterable {
        /// Those that hold the most mass over the longest range of density.
        case excessOfMass = "eom"
        /// The leaves: more and smaller groups.
        case leaf
    }

    /// What the vectors are mapped by before they are grouped.
    public enum Reduction: String, Sendable, Equatable, CaseIterable {
        /// They are grouped as they are.
        case none
        /// Principal components.
        case pca
        /// UMAP, with settings for clustering.
        case umap
    }

    /// The method.
    public var algorithm = Algorithm.automatic
    /// How many groups, for the methods that are told.
    public var k = Count.automatic
    /// What the best number is judged by.
    public var criterion = Criterion.silhouette
    /// The largest number that is tried, at least 2.
    public var maximumK = 128
    /// Independent starts of k-means; the one with the least inertia wins. At least 1.
    public var starts = 3
    /// The most rounds of a start, at least 1.
    public var iterations = 25
    /// The linkage of ``Algorithm/agglomerative``.
    public var linkage = Linkage.ward
    /// ``Algorithm/agglomerative`` joins no groups that are farther apart than this (in the metric); nil: goes by
    /// ``k``.
    public var distanceThreshold: Double?
    /// The radius of ``Algorithm/dbscan``, greater than 0; nil: the knee of the distances to the neighbours.
    public var epsilon: Double?
    /// How many neighbours (with itself) make a vector dense; nil: the method's own default.
    public var minimumNeighbours: Int?
    /// The members that a group of ``Algorithm/hdbscan`` needs, at least 2.
    public var minimumClusterSize = 5
    /// The groups that ``Algorithm/hdbscan`` takes.
    public var selection = Selection.excessOfMass
    /// Groups of ``Algorithm/hdbscan`` nearer to each other than this are one; 0 for none.
    public var selectionEpsilon = 0.0
    /// What the vectors are mapped by first.
    public var reduction = Reduction.none
    /// The dimensions that are left by ``reduction``, at least 1.
    public var reducedDimensions = 10

    /// The defaults.
    public init() {}
}
