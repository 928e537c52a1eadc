/// What a new version of the model did to a cluster id.
public struct LineageEvent: Sendable, Equatable, Codable {
    /// The kind of change.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A new id for records that belonged to no cluster, or to several.
        case born
        /// The id lives on, its centroid about where it was.
        case kept
        /// The id lives on, its centroid went more than half the cluster's radius.
        case moved
        /// A new id for a part of a cluster that lives on; `related` names that cluster.
        case split
        /// The id ends, its members joined another cluster; `related` names that one.
        case merged
        /// The id ends.
        case retired
    }

    /// What happened.
    public var kind: Kind
    /// The id it happened to.
    public var cluster: Int
    /// The other ids that take part (see ``Kind``); empty where there is none.
    public var related: [Int]
    /// The cluster's decayed weight, in records: of the new state, or the last known one when the id ended.
    public var weight: Double
    /// The share of the cluster's sampled members that went the way the event says, from 0 to 1; nil outside adoption.
    public var overlap: Double?
    /// The cluster's label.
    public var label: String
    /// The version of the model that the event led to.
    public var version: UInt64
}
