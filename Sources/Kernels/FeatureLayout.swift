/// What the columns of a raw feature row mean, and how wide the vector is that it becomes.
///
/// A raw row (`r` elements) holds the fields one after the other as they came: a number as it is, a category as the
/// 24-bit hash of its value, a cycle as sine and cosine, a boolean as 0 or 1, text as its vector. NaN stands for a missing
/// value. A model turns raw rows into vectors (`d` elements) by what it has learned of the fields.
public struct FeatureLayout: Sendable, Equatable, Codable {
    /// The fields, in the order of their columns.
    public var fields: [Field]

    /// One field.
    public struct Field: Sendable, Equatable, Codable {
        /// The name or dotted path, for people.
        public var name: String
        /// What it holds.
        public var kind: Kind
        /// The factor of its share of a vector, at least 0.
        public var weight: Float
        /// What stands for a missing value.
        public var missing: Missing

        /// Memberwise.
        public init(name: String, kind: Kind, weight: Float = 1, missing: Missing = .mean) {
            self.name = name
            self.kind = kind
            self.weight = weight
            self.missing = missing
        }
    }

    /// What a field holds.
    public enum Kind: Sendable, Equatable, Codable {
        /// A number: one raw column, one element of a vector.
        case number(Scale)
        /// One of several words: one raw column, `slots` elements for words of their own and some more that all other
        /// words share (see ``FeatureLayout/sharedSlots(_:)``).
        case category(slots: Int)
        /// A moment on a circle: sine and cosine, in raw rows and in vectors.
        case cycle(Cycle)
        /// True or false: one column, one element.
        case boolean
        /// Text that is a vector of that many elements already.
        case vector(Int)
    }

    /// Whether a number is standardised as it is or as its logarithm `sign(x)·ln(1 + |x|)`.
    public enum Scale: String, Sendable, Codable, CaseIterable {
        /// As its logarithm where the first records are not negative and strongly skewed.
        case automatic = "auto"
        /// As it is.
        case linear
        /// As its logarithm.
        case logarithmic
    }

    /// The circles of time.
    public enum Cycle: String, Sendable, Codable, CaseIterable {
        /// The time of day.
        case day = "hour_of_day"
        /// The day of the week, Monday first.
        case week = "day_of_week"
        /// The day of the month.
        case month = "day_of_month"
        /// The day of the year.
        case year = "day_of_year"
    }

    /// What stands for a missing value.
    public enum Missing: String, Sendable, Codable, CaseIterable {
        /// The mean of the values seen.
        case mean
        /// The number 0, false, no category.
        case zero
        /// Nothing: such records are refused before they come here.
        case reject
    }

    /// A layout of fields, in the order of their columns.
    public init(fields: [Field]) {
        self.fields = fields
    }

    /// Elements of a raw row, `r`.
    public var rawWidth: Int { fields.reduce(0) { $0 + $1.kind.rawWidth } }

    /// Elements of a vector, `d`.
    public var width: Int { fields.reduce(0) { $0 + $1.kind.width } }

    /// Elements that the words beyond the first `slots` share by their hash.
    public static func sharedSlots(_ slots: Int) -> Int { max(1, slots / 4) }
}

extension FeatureLayout.Kind {
    /// Elements of a raw row.
    public var rawWidth: Int {
        switch self {
        case .number, .category, .boolean: 1
        case .cycle: 2
        case .vector(let width): width
        }
    }

    /// Elements of a vector.
    public var width: Int {
        switch self {
        case .number, .boolean: 1
        case .category(let slots): slots + FeatureLayout.sharedSlots(slots)
        case .cycle: 2
        case .vector(let width): width
        }
    }
}
