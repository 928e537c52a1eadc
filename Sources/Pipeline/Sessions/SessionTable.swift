import HeapModule
import Streams

/// The open sessions of one input partition.
///
/// Time is the events' own: what ends windows is the watermark, the latest time seen less the lateness (Akidau et al.,
/// "The Dataflow Model", VLDB 2015; late events and gaps that an event closes as in Kafka Streams, KIP-94).
struct SessionTable: PartitionTable {
    /// What became of an event.
    enum Step: Sendable, Equatable {
        case taken
        /// Its windows have ended.
        case late
        /// It was taken in before: it is read a second time.
        case repeated
    }

    /// When a session may have to be ended: at its deadline as it was when this was noted, or later.
    private struct Deadline: Comparable {
        var time: Int64
        var key: Key
        var serial: UInt64

        static func < (a: Deadline, b: Deadline) -> Bool {
            if a.time != b.time { return a.time < b.time }
            if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
            return a.serial < b.serial
        }
    }

    let options: SessionOptions
    private(set) var sessions: [Key: [OpenSession]] = [:]
    private(set) var count = 0
    /// The latest time of an event; nil before the first.
    private(set) var latest: Int64?
    private(set) var covered: Int64?
    /// Events below this offset are in the restored sessions already; nil where reading goes on exactly after them.
    private var applied: Int64?
    private var deadlines = Heap<Deadline>()
    private var serials: UInt64 = 0
    /// What the keys touched since the last commit had then.
    private var undo: [Key: [OpenSession]] = [:]
    private var committedLatest: Int64?

    /// The key under which ``latest`` is stored; no session has it.
    private static let clock: Key = []

    init(_ options: SessionOptions) { self.options = options }

    init?(_ options: SessionOptions, entries: [Key: [UInt8]], covered: Int64?, start: Int64?) {
        self.options = options
        self.covered = start
        if let covered, covered > start ?? 0 { applied = covered }
        for (key, bytes) in entries {
            if key == Self.clock {
                guard let time = Int64(String(decoding: bytes, as: UTF8.self)) else { return nil }
                latest = time
            } else {
                guard let stored = [OpenSession](bytes: bytes) else { return nil }
                sessions[key] = stored
            }
        }
        committedLatest = latest
        rebuild()
    }

    // MARK: Events

    /// Takes a record's event in.
    ///
    /// - Returns: what became of it, and the sessions that ended before it or with it, in the order of their ends.
    mutating func take(
        _ event: SessionEvent,
        id: Int,
        origin: RecordOrigin
    ) -> (step: Step, closed: [ClosedSession]) {
        if let applied, origin.offset < applied { return (.repeated, []) }
        latest = max(latest ?? event.time, event.time)
        var closed = close(upTo: watermark, .window)
        var isLate = !event.keys.isEmpty
        for key in event.keys where add(id, to: key, at: event.time, origin, &closed) { isLate = false }
        return (isLate ? .late : .taken, closed)
    }

    /// Ends what would have ended by now had the clock of the events gone on since the last one.
    ///
    /// - Parameter elapsed: milliseconds since the last record.
    mutating func closeIdle(after elapsed: Int64) -> [ClosedSession] {
        guard latest != nil else { return [] }
        return close(upTo: watermark + elapsed, .window)
    }

    /// Ends all that are open, because nothing comes any more.
    mutating func closeAll() -> [ClosedSession] { close(upTo: .max, .end) }

    private var watermark: Int64 { (latest ?? 0) - options.lateness }

    /// False where all windows of the event have ended.
    private mutating func add(
        _ id: Int,
        to key: Key,
        at time: Int64,
        _ origin: RecordOrigin,
        _ closed: inout [ClosedSession]
    ) -> Bool {
        switch options.window {
        case .gap(let gap):
            guard let serial = open(key, around: time, gap: gap, origin, &closed) else { return false }
            extend(key, serial, id, time, origin, &closed)
            return true
        case .tumbling(let size):
            return add(id, to: key, at: time, windows: [time - time.modulo(size)], origin, &closed)
        case .sliding(let size, let every):
            let last = time - time.modulo(every)
            let windows = stride(from: last, to: time - size, by: -Int(every)).reversed()
            return add(id, to: key, at: time, windows: windows, origin, &closed)
        }
    }

    private mutating func add(
        _ id: Int,
        to key: Key,
        at time: Int64,
        windows: [Int64],
        _ origin: RecordOrigin,
        _ closed: inout [ClosedSession]
    ) -> Bool {
        var isTaken = false
        for window in windows {
            let session = OpenSession(window: window, time: time, origin: origin)
            guard session.deadline(options.window) > watermark else { continue }
            let serial =
                sessions[key]?.first { $0.window == window }?.serial ?? open(session, for: key, &closed)
            extend(key, serial, id, time, origin, &closed)
            isTaken = true
        }
        return isTaken
    }

    /// The session that an event belongs to, which may be several that it makes one, or a new one; nil where it is late.
    private mutating func open(
        _ key: Key,
        around time: Int64,
        gap: Int64,
        _ origin: RecordOrigin,
        _ closed: inout [ClosedSession]
    ) -> UInt64? {
        let near = sessions[key]?.indices.filter { index in
            guard let session = sessions[key]?[index] else { return false }
            return time >= session.first - gap && time <= session.last + gap
        }
        guard let near, let first = near.first, var joined = sessions[key]?[first] else {
            let session = OpenSession(window: time, time: time, origin: origin)
            return session.deadline(options.window) > watermark ? open(session, for: key, &closed) : nil
        }
        guard near.count > 1 else { return joined.serial }
        remember(key)
        for index in near.dropFirst() {
            if let other = sessions[key]?[index] { joined.join(other, sequence: options.sequence) }
        }
        for index in near.dropFirst().reversed() { sessions[key]?.remove(at: index) }
        sessions[key]?[first] = joined
        count -= near.count - 1
        return joined.serial
    }

    private mutating func open(_ session: OpenSession, for key: Key, _ closed: inout [ClosedSession]) -> UInt64 {
        if count >= max(1, options.capacity), let first = popFirst(upTo: .max, .room) { closed.append(first) }
        remember(key)
        var session = session
        serials += 1
        session.serial = serials
        sessions[key, default: []].append(session)
        count += 1
        deadlines.insert(Deadline(time: session.deadline(options.window), key: key, serial: session.serial))
        return session.serial
    }

    private mutating func extend(
        _ key: Key,
        _ serial: UInt64,
        _ id: Int,
        _ time: Int64,
        _ origin: RecordOrigin,
        _ closed: inout [ClosedSession]
    ) {
        guard let index = sessions[key]?.firstIndex(where: { $0.serial == serial }) else { return }
        remember(key)
        sessions[key]?[index].add(id, time: time, origin: origin, sequence: options.sequence)
        guard let session = sessions[key]?[index], session.events >= max(1, options.maximumEvents) else { return }
        closed.append(ClosedSession(key: key, session: take(key, index), reason: .full))
    }

    // MARK: Ends

    private mutating func close(upTo time: Int64, _ reason: ClosedSession.Reason) -> [ClosedSession] {
        var closed: [ClosedSession] = []
        while let next = popFirst(upTo: time, reason) { closed.append(next) }
        return closed
    }

    /// Ends the session with the earliest deadline, where that is not after `time`.
    private mutating func popFirst(upTo time: Int64, _ reason: ClosedSession.Reason) -> ClosedSession? {
        while let next = deadlines.min, next.time <= time {
            _ = deadlines.popMin()
            guard let index = sessions[next.key]?.firstIndex(where: { $0.serial == next.serial }),
                let session = sessions[next.key]?[index]
            else { continue }
            let deadline = session.deadline(options.window)
            if deadline > next.time {
                // It went on meanwhile.
                deadlines.insert(Deadline(time: deadline, key: next.key, serial: next.serial))
                continue
            }
            remember(next.key)
            return ClosedSession(key: next.key, session: take(next.key, index), reason: reason)
        }
        return nil
    }

    private mutating func take(_ key: Key, _ index: Int) -> OpenSession {
        var session = sessions[key, default: []].remove(at: index)
        if sessions[key]?.isEmpty == true { sessions[key] = nil }
        count -= 1
        session.serial = 0
        return session
    }

    // MARK: Transactions

    var entries: [(key: Key, value: [UInt8]?)] {
        var entries: [(key: Key, value: [UInt8]?)] = undo.keys.sorted { $0.lexicographicallyPrecedes($1) }
            .map { ($0, sessions[$0]?.bytes) }
        if latest != committedLatest { entries.append((Self.clock, latest.map { Array(String($0).utf8) })) }
        return entries
    }

    mutating func commit(covered offset: Int64?) {
        undo = [:]
        committedLatest = latest
        covered = offset ?? covered
    }

    mutating func rollBack() {
        guard !undo.isEmpty || latest != committedLatest else { return }
        for (key, before) in undo { sessions[key] = before.isEmpty ? nil : before }
        undo = [:]
        latest = committedLatest
        rebuild()
    }

    mutating func forgetOffsets() { applied = nil }

    private mutating func remember(_ key: Key) {
        if undo[key] == nil { undo[key] = sessions[key] ?? [] }
    }

    /// Numbers the sessions anew and notes their deadlines. The order among sessions of one key is that of their windows.
    private mutating func rebuild() {
        var noted: [Deadline] = []
        serials = 0
        count = 0
        for key in sessions.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            for index in sessions[key, default: []].indices {
                serials += 1
                count += 1
                sessions[key]?[index].serial = serials
                if let session = sessions[key]?[index] {
                    noted.append(Deadline(time: session.deadline(options.window), key: key, serial: serials))
                }
            }
        }
        deadlines = Heap(noted)
    }
}

/// The open sessions of all partitions.
typealias SessionTables = PartitionTables<SessionTable>

extension Int64 {
    /// The remainder that is never negative.
    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
