extension StatusReport {
    /// One cluster.
    public struct Cluster: Codable, Sendable, Equatable {
        /// Its id, never reused.
        public var id: Int
        /// Words that tell it from the others; may be empty.
        public var label: String
        /// Its decayed weight, in records.
        public var weight: Double
        /// Its part of the whole weight, 0...1.
        public var share: Double
        /// The typical distance of its members.
        public var radius: Double
        /// When it last took a record, milliseconds since the epoch; nil where unknown.
        public var lastSeen: Int64?
        /// Texts of typical members.
        public var representatives: [String]
        /// What an operator said of it: `normal` or `anomalous`; nil: nothing.
        public var standing: String?

        /// Memberwise.
        public init(
            id: Int,
            label: String,
            weight: Double,
            share: Double,
            radius: Double,
            lastSeen: Int64? = nil,
            representatives: [String] = [],
            standing: String? = nil
        ) {
            self.id = id
            self.label = label
            self.weight = weight
            self.share = share
            self.radius = radius
            self.lastSeen = lastSeen
            self.representatives = representatives
            self.standing = standing
        }
    }

    /// One anomalous record.
    public struct Anomaly: Codable, Sendable, Equatable {
        /// When it was found, milliseconds since the epoch.
        public var time: Int64
        /// The nearest cluster; nil before there is one.
        public var cluster: Int?
        /// That cluster's label.
        public var label: String
        /// The record's text, shortened.
        public var text: String
        /// Its score.
        public var score: Double
        /// The estimated probability of such a score among normal records, 0...1.
        public var tail: Double
        /// `far`, `rare`, `new` or `burst`.
        public var reason: String
        /// Its topic.
        public var topic: String
        /// Its partition.
        public var partition: Int32
        /// Its offset.
        public var offset: Int64

        /// Memberwise.
        public init(
            time: Int64,
            cluster: Int?,
            label: String,
            text: String,
            score: Double,
            tail: Double,
            reason: String,
            topic: String,
            partition: Int32,
            offset: Int64
        ) {
            self.time = time
            self.cluster = cluster
            self.label = label
            self.text = text
            self.score = score
            self.tail = tail
            self.reason = reason
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }
    }

    /// Alarms of one cluster, folded.
    public struct Incident: Codable, Sendable, Equatable {
        /// The cluster.
        public var cluster: Int
        /// Its label.
        public var label: String
        /// Why the first record was flagged.
        public var reason: String
        /// Alarms so far.
        public var count: Int
        /// The first alarm, milliseconds since the epoch; nil where records have no times.
        public var first: Int64?
        /// The last alarm.
        public var last: Int64?
        /// Texts of the first ones.
        public var examples: [String]

        /// Memberwise.
        public init(
            cluster: Int,
            label: String,
            reason: String,
            count: Int,
            first: Int64?,
            last: Int64?,
            examples: [String]
        ) {
            self.cluster = cluster
            self.label = label
            self.reason = reason
            self.count = count
            self.first = first
            self.last = last
            self.examples = examples
        }
    }

    /// Something that happened.
    public struct Event: Codable, Sendable, Equatable {
        /// When, milliseconds since the epoch.
        public var time: Int64
        /// A word, such as `cluster` or `rebalance`.
        public var kind: String
        /// One line for a person.
        public var text: String

        /// Memberwise.
        public init(time: Int64, kind: String, text: String) {
            self.time = time
            self.kind = kind
            self.text = text
        }
    }
}
