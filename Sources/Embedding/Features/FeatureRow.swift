/// A record's fields, read and checked, ready for a lane.
public struct FeatureRow: Sendable, Equatable {
    /// The raw row (`r` elements, see `FeatureLayout`); NaN where a value is missing, and where text is yet to be
    /// embedded.
    public var values: [Float]
    /// The text of each text field, in order; nil where it is missing.
    public var texts: [String?]
    /// The word of each category field, in order, cut at 64 bytes; empty where it is missing.
    public var words: [String]
    /// The fields in short, for people: `spend=120 country=DE`.
    public var summary: String
}

extension SpaceInput {
    /// The text that speaks for the record in labels and samples; nil where there is none.
    public var speakingText: String? {
        switch self {
        case .text(let text): text
        case .vector, .image: nil
        case .features(let row): row.summary
        }
    }

    /// The words of its category fields, in order; empty where there are none.
    public var words: [String] {
        if case .features(let row) = self { row.words } else { [] }
    }
}
