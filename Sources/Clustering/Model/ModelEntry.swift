/// One key of a stored model, as it is written to a compacted topic or a snapshot file.
public struct ModelEntry: Sendable, Equatable {
    /// `meta`, `cluster/<id>`, `nursery/<record>`, `sample/<slot>`, `map/<output>` or `tree/<place>`.
    public var key: String
    /// Its bytes; nil takes the key away (a tombstone).
    public var value: [UInt8]?

    /// Memberwise.
    public init(key: String, value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}
