public import Kernels

/// A field of a record that takes part in a ``FeaturesSpace``.
public struct FeatureField: Sendable, Equatable {
    /// What the field holds and how it is read.
    public enum Kind: Sendable, Equatable {
        /// A number, or text that is one.
        case number(FeatureLayout.Scale)
        /// A word (numbers and truth values are taken as words); the most frequent `slots` words are told apart, the
        /// others share what is left.
        case category(slots: Int)
        /// A moment: milliseconds (or seconds, below 10¹¹) since 1970 in universal time, or ISO 8601 text, in the clock
        /// it is written in. Only its place on the circle counts.
        case time(FeatureLayout.Cycle)
        /// True or false, 1 or 0, yes or no.
        case boolean
        /// Text, embedded by the space's own text space.
        case text
    }

    /// The name, or the dotted path, of the field.
    public var name: String
    /// What it holds.
    public var kind: Kind
    /// The factor of its share of a vector, from 0.
    public var weight: Float
    /// What stands for a missing value.
    public var missing: FeatureLayout.Missing

    /// The slots of a category where no number is given.
    public static let defaultSlots = 16
    /// The most slots of a category.
    public static let largestSlots = 256

    /// Memberwise.
    public init(_ name: String, _ kind: Kind, weight: Float = 1, missing: FeatureLayout.Missing = .mean) {
        self.name = name
        self.kind = kind
        self.weight = weight
        self.missing = missing
    }
}

extension FeatureField {
    /// What is wrong with it; nil when all is well.
    var problem: String? {
        if name.isEmpty { return "a field has no name" }
        if !weight.isFinite || weight < 0 || weight > 1e6 { return "the weight of \(name) is \(weight)" }
        if case .category(let slots) = kind, !(1...Self.largestSlots).contains(slots) {
            return "\(name) has \(slots) slots"
        }
        return nil
    }

    /// Everything that changes vectors, in one word.
    var identity: String {
        let type =
            switch kind {
            case .number(let scale): "number.\(scale.rawValue)"
            case .category(let slots): "category.\(slots)"
            case .time(let cycle): "time.\(cycle.rawValue)"
            case .boolean: "boolean"
            case .text: "text"
            }
        return "\(name)\u{1F}\(type)\u{1F}\(weight)\u{1F}\(missing.rawValue)\u{1E}"
    }

    /// The field in a layout; `textDimension` elements of text.
    func layout(textDimension: Int) -> FeatureLayout.Field {
        let kind: FeatureLayout.Kind =
            switch self.kind {
            case .number(let scale): .number(scale)
            case .category(let slots): .category(slots: slots)
            case .time(let cycle): .cycle(cycle)
            case .boolean: .boolean
            case .text: .vector(textDimension)
            }
        return FeatureLayout.Field(name: name, kind: kind, weight: weight, missing: missing)
    }
}

extension FeatureField {
    /// The field that a layout's stands for.
    public init(_ field: FeatureLayout.Field) {
        let kind: Kind =
            switch field.kind {
            case .number(let scale): .number(scale)
            case .category(let slots): .category(slots: slots)
            case .cycle(let cycle): .time(cycle)
            case .boolean: .boolean
            case .vector: .text
            }
        self.init(field.name, kind, weight: field.weight, missing: field.missing)
    }
}
