/// Records that are far from every cluster, in order of arrival, bounded: the oldest leaves first.
public struct Nursery: Sendable, Equatable {
    /// Those that wait.
    public internal(set) var waiting: [StoredRecord] = []

    init() {}

    /// Adds a record; the oldest makes room.
    mutating func append(_ record: StoredRecord, capacity: Int) {
        if waiting.count >= capacity { waiting.removeFirst(waiting.count - capacity + 1) }
        waiting.append(record)
    }
}
