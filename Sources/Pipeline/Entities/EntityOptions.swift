/// How records become events of entities (customers, devices, sessions), and what is kept of an entity.
///
/// In this mode the entity is clustered and not the record: every event updates the state of its entity, and the state's
/// figures are what the space embeds. Entities belong to their input partition: all events of a key must be there, as
/// Kafka's own partitioning by key sees to.
public struct EntityOptions: Sendable, Equatable {
    /// When an assignment of an entity is published.
    public enum Publication: String, Sendable, CaseIterable {
        /// At its first assignment to a cluster, and when it goes to another.
        case changes
        /// At every event.
        case always
    }

    /// The path of the JSON field that names the entity; empty takes the record's key.
    public var field: [String] = []
    /// The path of the JSON field that holds the event's time; empty takes the record's timestamp.
    public var time: [String] = []
    /// What is kept of an entity, in the order of the figures.
    public var aggregates: [EntityAggregate]
    /// The unit in which figures of time are told, in milliseconds.
    public var millisecondsPerUnit: Double = 86_400_000
    /// Most entities kept for one input partition; the least recently active leave first.
    public var capacity = 100_000
    /// When an assignment is published.
    public var publication = Publication.changes

    /// Options with the documented defaults.
    public init(aggregates: [EntityAggregate]) { self.aggregates = aggregates }

    /// Recency, frequency and monetary value (RFM), by the value's path.
    public static func recencyFrequencyMonetary(value: [String], halfLife: Double? = nil) -> [EntityAggregate] {
        [
            EntityAggregate(name: "recency", function: .recency),
            EntityAggregate(name: "frequency", function: .count, halfLife: halfLife),
            EntityAggregate(name: "monetary", function: .sum, field: value, halfLife: halfLife),
        ]
    }

    /// Whether an event without a time cannot be used.
    var needsTime: Bool { aggregates.contains { $0.halfLife != nil || $0.function.isOfTime } }

    /// Whether events bring times of their own, or need those of their records.
    var hasTimes: Bool { needsTime || !time.isEmpty }

    /// Whether a record's value has to be read as JSON.
    var readsValue: Bool { !field.isEmpty || !time.isEmpty || aggregates.contains { !$0.field.isEmpty } }

    /// Tells states that were kept for other aggregates: names and units do not matter, what is kept does.
    var fingerprint: UInt64 {
        let text = aggregates.map { aggregate in
            "\(aggregate.function.rawValue)(\(aggregate.field.joined(separator: ".")))/\(aggregate.halfLife ?? 0)"
        }.joined(separator: ";")
        return StableHash.of(text.utf8)
    }
}

extension EntityOptions: PartitionTableOptions {
    static var names: (keys: String, section: String) { ("entities", "entity.aggregates") }
}

/// One figure that is kept of an entity.
public struct EntityAggregate: Sendable, Equatable {
    /// What is computed.
    public enum Function: String, Sendable, CaseIterable {
        /// How many events; of a field, how many events that have it.
        case count
        /// The sum of a field.
        case sum
        /// The mean of a field.
        case mean
        /// The smallest value of a field.
        case min
        /// The largest value of a field.
        case max
        /// The field's value in the latest event that has it.
        case last
        /// How many different values of a field; exact up to 32, an estimate within a few per cent above.
        case distinct
        /// Time since the entity was seen before: at an event, since the event before.
        case recency
        /// The mean time between events.
        case interval
        /// Time since the first event.
        case age

        /// Whether it is computed from the times of events alone.
        public var isOfTime: Bool { self == .recency || self == .interval || self == .age }
        /// Whether it needs a field.
        public var needsField: Bool { !isOfTime && self != .count }
        /// Whether older events may count for less.
        public var canFade: Bool { self == .count || self == .sum || self == .mean || self == .interval }
    }

    /// The figure's name: the field that the space sees.
    public var name: String
    /// What is computed.
    public var function: Function
    /// The path of the JSON field it is computed of; empty where none is needed.
    public var field: [String]
    /// The seconds after which an event counts half; nil: for ever the same.
    public var halfLife: Double?

    /// Memberwise.
    public init(name: String, function: Function, field: [String] = [], halfLife: Double? = nil) {
        self.name = name
        self.function = function
        self.field = field
        self.halfLife = halfLife
    }
}
