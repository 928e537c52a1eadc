/// What is read.
public struct InputSettings: Sendable, Equatable {
    /// What a record's value is.
    public enum Format: String, Sendable, CaseIterable {
        /// UTF-8 text.
        case text
        /// One JSON object.
        case json
        /// A vector.
        case vector
        /// Bytes as they are: images, for an embedding server.
        case bytes
    }

    /// What becomes of a record's key.
    public enum Key: String, Sendable, CaseIterable {
        /// The assignment has the same key.
        case keep
        /// The assignment has none.
        case drop
        /// It names an entity, and the entity is clustered; see ``EntitySettings``.
        case entity
    }

    /// Where a group without committed offsets begins.
    public enum Start: String, Sendable, CaseIterable {
        /// At the oldest record.
        case earliest
        /// At the records that come from now on.
        case latest
    }

    /// The topics; needed where Kafka is used.
    public var topics: [String] = []
    /// What a record's value is.
    public var format = Format.text
    /// What becomes of a record's key.
    public var key = Key.keep
    /// Where a group without committed offsets begins.
    public var from = Start.earliest
    /// Bytes of the largest value that is looked at; a larger one is refused as `too_large`.
    public var maximumRecord = 1_048_576

    /// The defaults.
    public init() {}
}
