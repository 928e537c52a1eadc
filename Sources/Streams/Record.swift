/// A header of a record; names may repeat.
public struct Header: Sendable, Hashable {
    /// The header's name.
    public var name: String
    /// The header's bytes; nil is Kafka's null.
    public var value: [UInt8]?

    /// Memberwise.
    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    /// A header whose value is text.
    public init(_ name: String, _ value: String) {
        self.init(name, Array(value.utf8))
    }
}

/// A record as it was read from a log.
public struct Record: Sendable, Equatable {
    /// Where it was read.
    public var source: TopicPartition
    /// Its offset there.
    public var offset: Int64
    /// Milliseconds since the epoch; nil where the log has none (lines of a file).
    public var timestamp: Int64?
    /// The key's bytes; nil is null.
    public var key: [UInt8]?
    /// The value's bytes; nil is a tombstone.
    public var value: [UInt8]?
    /// The headers in order.
    public var headers: [Header]

    /// Memberwise.
    public init(
        source: TopicPartition,
        offset: Int64,
        timestamp: Int64? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: [Header] = []
    ) {
        self.source = source
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    /// The bytes it holds, as counted against a memory ceiling (payload plus a fixed overhead).
    public var footprint: Int { 96 + (key?.count ?? 0) + (value?.count ?? 0) }
}

/// A record to be written.
public struct OutgoingRecord: Sendable, Equatable {
    /// The topic to write to.
    public var topic: String
    /// The partition, or nil to let the log choose by key.
    public var partition: Int32?
    /// Milliseconds since the epoch; nil lets the log choose.
    public var timestamp: Int64?
    /// The key's bytes; nil is null.
    public var key: [UInt8]?
    /// The value's bytes; nil is a tombstone.
    public var value: [UInt8]?
    /// The headers in order.
    public var headers: [Header]

    /// Memberwise.
    public init(
        topic: String,
        partition: Int32? = nil,
        timestamp: Int64? = nil,
        key: [UInt8]? = nil,
        value: [UInt8]?,
        headers: [Header] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}
