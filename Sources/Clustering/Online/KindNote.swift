/// What a batch found out about records of one kind, those with the same vector: texts that repeat are redacted once.
struct KindNote {
    /// The text of the first of them that had one.
    private(set) var text: String?
    /// That text redacted, once it was asked for.
    private(set) var redacted: String?
    private var vector: [Float]?
    /// Where in the delta their cluster's gain is, and their prototype's in that; nil as long as none was added.
    var gain: (cluster: Int, part: Int)?
    /// How many times the terms of ``text`` are still to be counted.
    var counted = 0.0
    /// Whether ``text`` has been considered as a representative.
    var isDescribed = false
    /// Whether one of them waits among the far-off records.
    var isWaiting = false

    /// Whether a record's text is the one that is remembered here, byte by byte; the first is.
    mutating func isText(_ other: String) -> Bool {
        guard let text else {
            text = other
            return true
        }
        return text.hasSameBytes(as: other)
    }

    /// A text without what is redacted, found once for the remembered one.
    mutating func redacted(_ other: String, _ options: LabelOptions, _ memory: inout RedactedTexts) -> String {
        let isKnown = isText(other)
        if isKnown, let redacted { return redacted }
        let result = memory.text(of: other) {
            options.redaction.redacted(
                Redaction.beginning(of: other, limit: 2 * options.textLength + Terms.byteLimit)
            )
        }
        if isKnown { redacted = result }
        return result
    }

    /// The vector as an array of its own, which all that are kept share.
    mutating func shared(_ row: ArraySlice<Float>) -> [Float] {
        if let vector { return vector }
        let copy = Array(row)
        vector = copy
        return copy
    }
}
