/// A field of a record in a features space.
public struct FeatureFieldSettings: Sendable, Equatable {
    /// What a field holds.
    public enum Kind: String, Sendable, CaseIterable {
        /// A number.
        case number
        /// One of several words.
        case category
        /// True or false.
        case boolean
        /// Text, embedded.
        case text
        /// A moment, of which the time of day counts.
        case hourOfDay = "hour_of_day"
        /// A moment, of which the day of the week counts.
        case dayOfWeek = "day_of_week"
        /// A moment, of which the day of the month counts.
        case dayOfMonth = "day_of_month"
        /// A moment, of which the day of the year counts.
        case dayOfYear = "day_of_year"
    }

    /// What stands for a missing value.
    public enum Missing: String, Sendable, CaseIterable {
        /// The mean of what was seen.
        case mean
        /// Zero, false, no category.
        case zero
        /// Nothing: the record is refused.
        case reject
    }

    /// The name, or the dotted path, of the field.
    public var name: String
    /// What it holds.
    public var kind: Kind
    /// Whether a number is taken as its logarithm; nil lets the first records decide.
    public var logarithm: Bool?
    /// The factor of its share of a vector.
    public var weight = 1.0
    /// What stands for a missing value.
    public var missing = Missing.mean
    /// Words of a category that have a place of their own.
    public var slots = 16

    /// A field with the defaults.
    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}
