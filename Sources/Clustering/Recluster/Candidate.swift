public import Kernels

/// A proposal for a new set of clusters, made from a model's sample.
public struct Candidate: Sendable {
    /// The prototypes, `p × d`, those of a cluster one after another; unit length under the cosine metric.
    public var centroids: Matrix
    /// The number of prototypes of each cluster, at least 1 each.
    public var prototypeCounts: [Int]
    /// The version of the model whose sample it was made from.
    public var modelVersion: UInt64
    /// The candidate counts that were tried with their silhouettes, in order of k; one element where k was fixed.
    public var curve: [CurvePoint]
    /// What was decided on the way and why, a sentence each; for people.
    public var reasons: [String] = []
    /// The sum of the squared distances of the fitted records to their prototypes.
    public var inertia: Double
    /// The sample records that were fitted.
    public var fitted: Int
    /// Whether the living clusters fit the newest records clearly better: they have followed a drift, of which the sample
    /// shows the whole way.
    var isOutdated = false
    /// Whether its borders cut through what the living clusters leave whole: few records show shapes badly.
    var cutsThrough = false
    /// The number of the first record that was considered: greater than 0 where older ones no longer tell of the stream.
    var since: UInt64 = 0
    /// The records it was made of, carried to where they would be by now; nil where those of the sample stay where they
    /// are. Its prototypes are then kept as they were placed.
    var carried: [StoredRecord]?
    /// Whether its prototypes are those of the living clusters and stay where they are: only what the vectors are has changed.
    var keepsPlaces = false
    /// What made the vectors that the centroids lie among of feature rows; nil where vectors are ready made.
    var encoding: FeatureEncoding?
    /// The map between two tiers that fits the sample; nil of one tier.
    var map: SpaceMap?
    /// The numbers of the sample records that were held out of the fit, ascending.
    var heldOut: [UInt64]

    /// The number of clusters.
    public var clusterCount: Int { prototypeCounts.count }

    /// Which prototypes belong to which of its clusters.
    var layout: PrototypeLayout { PrototypeLayout(counts: prototypeCounts) }

    /// The centre of the cluster of that index.
    func centre(of cluster: Int, metric: Metric) -> [Float] {
        let rows = layout.rows(of: cluster)
        if rows.count == 1 { return Array(centroids[row: rows.lowerBound]) }
        return centroids.centre(of: rows, weights: rows.map { _ in 1 }, metric: metric)
    }

    /// One count that was tried.
    public struct CurvePoint: Sendable, Equatable, Codable {
        /// The number of clusters.
        public var k: Int
        /// The mean silhouette on the held-out part (the fitted part where nothing was held out), from -1 to 1.
        public var silhouette: Double
    }
}
