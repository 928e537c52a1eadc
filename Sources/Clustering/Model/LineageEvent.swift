/// What a new version of the model did to a cluster id.
public struct LineageEvent: Sendable, Equatable, Codable {
    /// The kind of change.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A new id for records that belonged to no cluster, or to several.
        case born
        /// The id lives on, its centroid about where it was.
        case kept
        /// The id lives on, its centroid went farther than ``LineageOptions/moveDistance`` since that was last said of
        /// it.
        case moved
        /// A new id for a part of a cluster; `related` names that cluster, then its other new parts.
        case split
        /// The id ends, its members joined another cluster; `related` names that one, then others that joined it.
        case merged
        /// The id ends.
        case retired
    }

    /// One of the clusters that take part in a split or a merge.
    public struct Participant: Sendable, Equatable, Codable {
        /// Its id.
        public var cluster: Int
        /// Its decayed weight, in records, before; nil where it did not exist.
        public var weightBefore: Double?
        /// Its decayed weight afterwards; nil where it no longer exists.
        public var weightAfter: Double?
        /// Of a split: the share of the old cluster's members that it has now. Of a merge: the share of its members that
        /// the common cluster has now. From 0 to 1.
        public var overlap: Double
        /// Its label.
        public var label: String

        private enum CodingKeys: String, CodingKey {
            case cluster
            case weightBefore = "weight_before"
            case weightAfter = "weight_after"
            case overlap, label
        }
    }

    /// What happened.
    public var kind: Kind
    /// The id it happened to.
    public var cluster: Int
    /// The other ids that take part (see ``Kind``); empty where there is none.
    public var related: [Int]
    /// The cluster's decayed weight, in records: of the new state, or the last known one when the id ended.
    public var weight: Double
    /// Its decayed weight before, where the id lived before and lives on.
    public var weightBefore: Double?
    /// The share of the cluster's sampled members that went the way the event says, from 0 to 1; nil outside adoption.
    public var overlap: Double?
    /// The cluster's label.
    public var label: String
    /// The version of the model that the event led to.
    public var version: UInt64
    /// Of a split: the old cluster and all its parts. Of a merge: the common cluster and all that joined it. Empty for
    /// the other kinds.
    public var participants: [Participant] = []

    private enum CodingKeys: String, CodingKey {
        case kind, cluster, related, weight
        case weightBefore = "weight_before"
        case overlap, label, version, participants
    }
}

extension LineageEvent {
    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try container.decode(Kind.self, forKey: .kind),
            cluster: try container.decode(Int.self, forKey: .cluster),
            related: try container.decode([Int].self, forKey: .related),
            weight: try container.decode(Double.self, forKey: .weight),
            weightBefore: try container.decodeIfPresent(Double.self, forKey: .weightBefore),
            overlap: try container.decodeIfPresent(Double.self, forKey: .overlap),
            label: try container.decode(String.self, forKey: .label),
            version: try container.decode(UInt64.self, forKey: .version),
            participants: try container.decodeIfPresent([Participant].self, forKey: .participants) ?? []
        )
    }

    /// Leaves out what there is not.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(cluster, forKey: .cluster)
        try container.encode(related, forKey: .related)
        try container.encode(weight, forKey: .weight)
        try container.encodeIfPresent(weightBefore, forKey: .weightBefore)
        try container.encodeIfPresent(overlap, forKey: .overlap)
        try container.encode(label, forKey: .label)
        try container.encode(version, forKey: .version)
        if !participants.isEmpty { try container.encode(participants, forKey: .participants) }
    }
}
