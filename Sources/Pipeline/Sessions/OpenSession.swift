import Streams

/// A session that goes on: its events so far, as counts and, up to a ceiling, in their order.
struct OpenSession: Sendable, Equatable {
    /// Where its window begins; of a window that ends with a gap, the first event's time at first.
    var window: Int64
    /// The times of the earliest and the latest event, in milliseconds since 1970.
    var first: Int64
    var last: Int64
    /// Events so far.
    var events = 0
    /// How often each event happened, by its id.
    var counts: [Int: Int] = [:]
    /// The ids of the first events in the order of their records.
    var sequence: [Int] = []
    /// The record that was taken in last.
    var origin: RecordOrigin
    /// Tells sessions of a table apart while it is in memory.
    var serial: UInt64 = 0

    init(window: Int64, time: Int64, origin: RecordOrigin) {
        self.window = window
        self.origin = origin
        (first, last) = (time, time)
    }

    /// Takes an event in.
    mutating func add(_ event: Int, time: Int64, origin: RecordOrigin, sequence limit: Int) {
        first = min(first, time)
        last = max(last, time)
        events += 1
        counts[event, default: 0] += 1
        if sequence.count < limit { sequence.append(event) }
        self.origin = origin
    }

    /// Counts events under other ids: templates that became one since are one.
    mutating func rename(_ name: (Int) -> Int) {
        guard counts.keys.contains(where: { name($0) != $0 }) else { return }
        counts = Dictionary(counts.map { (name($0.key), $0.value) }, uniquingKeysWith: +)
        sequence = sequence.map(name)
    }

    /// Takes in another session, which an event has turned out to belong to as well.
    mutating func join(_ other: OpenSession, sequence limit: Int) {
        let isLater = other.first < first
        sequence = Array((isLater ? other.sequence + sequence : sequence + other.sequence).prefix(limit))
        window = min(window, other.window)
        first = min(first, other.first)
        last = max(last, other.last)
        events += other.events
        counts.merge(other.counts, uniquingKeysWith: +)
        if other.origin.offset > origin.offset { origin = other.origin }
    }

    /// The time from which on nothing can come in any more, but for lateness.
    func deadline(_ kind: SessionOptions.Window) -> Int64 {
        switch kind {
        // An event at the very end of the gap still belongs to it.
        case .gap(let gap): last + gap + 1
        case .tumbling(let size), .sliding(let size, _): window + size
        }
    }
}

/// A session that has ended.
struct ClosedSession: Sendable, Equatable {
    /// Why it ended.
    enum Reason: String, Sendable, CaseIterable {
        /// Its window did.
        case window
        /// It had as many events as a session may have.
        case full
        /// Another needed its place.
        case room
        /// The input ended.
        case end
    }

    var key: [UInt8]
    var session: OpenSession
    var reason: Reason
}
