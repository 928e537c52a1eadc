/// What the model says of one record.
public struct Assignment: Sendable, Equatable {
    /// Why a record stands out.
    public enum Reason: String, Sendable, Codable {
        /// Its score is beyond the threshold and no cluster is near.
        case far
        /// Its score is beyond the threshold; the cluster near it holds little weight.
        case rare
        /// As `rare`, and that cluster was born of late.
        case new
        /// Its cluster suddenly receives far more than its share.
        case burst
    }
    /// The second-best cluster.
    public struct RunnerUp: Sendable, Equatable {
        /// Its durable id.
        public var cluster: Int
        /// The distance to its centroid.
        public var distance: Float

        /// Memberwise.
        public init(cluster: Int, distance: Float) {
            self.cluster = cluster
            self.distance = distance
        }
    }

    /// The durable id (positive) of the nearest cluster; nil before the first cluster exists.
    public var cluster: Int?
    /// That cluster's label.
    public var label: String?
    /// The distance to its centroid in the model's metric; nil without a cluster.
    public var distance: Float?
    /// The second-nearest cluster, where there are two.
    public var runnerUp: RunnerUp?
    /// What the anomaly threshold is applied to: how far the record lies from the bulk
    /// of the stream (see `CoreRecords`); nil without a cluster.
    public var score: Float?
    /// The estimated probability of a score at least this large among normal records, from 0 to 1; nil before any
    /// score was seen.
    public var tail: Double?
    /// Whether the score is beyond the threshold.
    public var anomaly: Bool
    /// Why it is, or nil.
    public var reason: Reason?
    /// The version of the model that said so.
    public var version: UInt64
}
