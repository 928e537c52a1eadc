import Streams

/// What one record says of sessions: something happened under these keys.
package struct SessionEvent: Sendable, Equatable {
    /// The keys, each once; none where a pattern found nothing.
    package var keys: [[UInt8]]
    /// Milliseconds since 1970.
    package var time: Int64

    package init(keys: [[UInt8]], time: Int64) {
        self.keys = keys
        self.time = time
    }
}

/// Where a record was read.
struct RecordOrigin: Sendable, Equatable {
    var source: TopicPartition
    var offset: Int64
    /// The record's own, in milliseconds since 1970.
    var timestamp: Int64?
}
