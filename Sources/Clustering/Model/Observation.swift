/// What is known of a record beside its vector.
public struct Observation: Sendable, Equatable {
    /// The record's own time in milliseconds since 1970, when it has one.
    public var timestamp: Int64?
    /// The text that labels and representatives are made of, when there is one.
    public var text: String?
    /// The words of the category fields of a feature row, in order; empty where there are none.
    public var words: [String]
    /// Where it comes from, as a number of any kind: what is new is new for a source. 0 where that is not told apart.
    public var source: Int

    /// Memberwise.
    public init(timestamp: Int64? = nil, text: String? = nil, words: [String] = [], source: Int = 0) {
        self.timestamp = timestamp
        self.text = text
        self.words = words
        self.source = source
    }
}
