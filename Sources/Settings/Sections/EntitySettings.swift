/// How records become events of entities, where `input.key` is `entity`.
public struct EntitySettings: Sendable, Equatable {
    /// When an assignment of an entity is published.
    public enum Publication: String, Sendable, CaseIterable {
        /// Where its cluster changes.
        case changes
        /// At every event.
        case always
    }

    /// The unit of figures that are times.
    public enum TimeUnit: String, Sendable, CaseIterable {
        /// 86,400 seconds.
        case days
        /// 3,600 seconds.
        case hours
        /// 60 seconds.
        case minutes
        /// One second.
        case seconds
    }

    /// The JSON field that names the entity; nil takes the record's key.
    public var field: String?
    /// The JSON field that holds an event's time; nil takes the record's timestamp.
    public var time: String?
    /// The JSON field whose sum is the monetary value, where no aggregates are named.
    public var value: String?
    /// What is kept of an entity; empty: recency, frequency and monetary value.
    public var aggregates: [EntityAggregateSettings] = []
    /// After this time an event counts half in aggregates that can fade and name no half-life; nil: never.
    public var halfLife: Duration?
    /// The unit of figures that are times.
    public var timeUnit = TimeUnit.days
    /// Most entities kept for one input partition.
    public var capacity = 100_000
    /// When an assignment is published.
    public var publish = Publication.changes

    /// The defaults.
    public init() {}

    /// What is kept of an entity in the end: the aggregates named, or recency, frequency and monetary value; with their
    /// half-lives.
    public var effectiveAggregates: [EntityAggregateSettings] {
        var result = aggregates
        if result.isEmpty, let value {
            result = [
                EntityAggregateSettings(name: "recency", function: .recency),
                EntityAggregateSettings(name: "frequency", function: .count),
                EntityAggregateSettings(name: "monetary", function: .sum, field: value),
            ]
        }
        for index in result.indices where result[index].function.canFade && result[index].halfLife == nil {
            result[index].halfLife = halfLife
        }
        return result
    }
}

extension Settings {
    /// The fields of a features space: those named, or, where entities are clustered and none is named, all figures.
    public var effectiveFields: [FeatureFieldSettings] {
        guard input.key == .entity, space.fields.isEmpty else { return space.fields }
        return entity.effectiveAggregates.map { FeatureFieldSettings(name: $0.name, kind: .number) }
    }
}

/// One figure that is kept of an entity.
public struct EntityAggregateSettings: Sendable, Equatable {
    /// What is computed.
    public enum Function: String, Sendable, CaseIterable {
        /// Events, or events that have the field.
        case count
        /// The field's sum.
        case sum
        /// The field's mean.
        case mean
        /// The field's smallest value.
        case min
        /// The field's largest value.
        case max
        /// The field in the latest event.
        case last
        /// Different values of the field.
        case distinct
        /// Time since the event before.
        case recency
        /// The mean time between events.
        case interval
        /// Time since the first event.
        case age

        /// Whether a field belongs to it.
        public var takesField: Bool { self != .recency && self != .interval && self != .age }
        /// Whether it is nothing without a field.
        public var needsField: Bool { takesField && self != .count }
        /// Whether a half-life means something.
        public var canFade: Bool { self == .count || self == .sum || self == .mean || self == .interval }
        /// Whether an entity has it from its first event on, whatever the event holds.
        public var isAlwaysThere: Bool { self == .count || self == .sum || self == .age || self == .distinct }
    }

    /// The figure's name, as the space knows it.
    public var name: String
    /// What is computed.
    public var function: Function
    /// Of which field.
    public var field: String?
    /// After this time an event counts half; nil: never.
    public var halfLife: Duration?

    /// Memberwise.
    public init(name: String, function: Function, field: String? = nil, halfLife: Duration? = nil) {
        self.name = name
        self.function = function
        self.field = field
        self.halfLife = halfLife
    }
}
