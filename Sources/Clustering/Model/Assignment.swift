/// What the model says of one record.
public struct Assignment: Sendable, Equatable {
    /// Why a record stands out.
    public enum Reason: String, Sendable, Codable {
        /// Its score is beyond the threshold: it lies far from the bulk of the stream.
        case far
        /// It belongs to a cluster to which hardly any record comes.
        case rare
        /// It belongs to no cluster, where that hardly happens, or to one that was born of late.
        case new
        /// Its cluster receives far more records than it used to in a minute.
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
    /// The estimated probability that a normal record is at least as odd in the way in which this one is oddest, corrected
    /// for the number of ways (see `DetectorPanel`), from 0 to 1; nil before any score was seen.
    public var tail: Double?
    /// Whether the tail is below the rate that was asked for.
    public var anomaly: Bool
    /// Why it is, or nil.
    public var reason: Reason?
    /// What is odd about an anomaly; nil for others.
    public var explanation: Explanation?
    /// The version of the model that said so.
    public var version: UInt64
}
