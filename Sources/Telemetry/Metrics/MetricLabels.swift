/// The labels of one series, ordered by name, so that the order in which they are written does not matter.
public struct MetricLabels: Hashable, Sendable, ExpressibleByDictionaryLiteral, Comparable {
    /// One label.
    public struct Label: Hashable, Sendable {
        /// The label's name.
        public var name: String
        /// The label's value; any text.
        public var value: String
    }

    /// The labels, ascending by name.
    public let pairs: [Label]

    /// No label.
    public static let none = MetricLabels([])

    /// Of two labels with the same name the later one counts.
    public init(_ labels: [(String, String)]) {
        let unique = Dictionary(labels, uniquingKeysWith: { $1 })
        pairs = unique.map { Label(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    /// `["topic": "logs", "partition": "3"]`.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }

    /// The value of a label, or nil.
    public subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// Orders series for a stable exposition: by the values, numbers by their size.
    public static func < (left: MetricLabels, right: MetricLabels) -> Bool {
        for (first, second) in zip(left.pairs, right.pairs) where first != second {
            if first.name != second.name { return first.name < second.name }
            if let one = Int(first.value), let other = Int(second.value), one != other { return one < other }
            return first.value < second.value
        }
        return left.pairs.count < right.pairs.count
    }
}
