import Streams
import Testing

@testable import Pipeline

@Suite("The open sessions of a partition")
struct SessionTableTests {
    private static func options(_ window: SessionOptions.Window, lateness: Int64 = 0) -> SessionOptions {
        var options = SessionOptions()
        options.window = window
        options.lateness = lateness
        return options
    }

    private static func origin(_ offset: Int) -> RecordOrigin {
        RecordOrigin(source: TopicPartition(topic: "logs", partition: 0), offset: Int64(offset), timestamp: nil)
    }

    /// One event of a test: under which key, when, and what.
    private struct Event {
        var key: String
        var time: Int64
        var id = 1
    }

    /// What a session was, in a line: key, first and last time, the events in order.
    private static func shown(_ closed: ClosedSession) -> String {
        let session = closed.session
        return "\(String(decoding: closed.key, as: UTF8.self)) \(session.first)-\(session.last) \(session.sequence)"
    }

    private static func take(_ events: [Event], into table: inout SessionTable) -> (closed: [String], late: Int) {
        var (closed, late) = ([String](), 0)
        for (offset, event) in events.enumerated() {
            let (step, ended) = table.take(
                SessionEvent(keys: [Array(event.key.utf8)], time: event.time),
                id: event.id,
                origin: origin(offset)
            )
            if step == .late { late += 1 }
            closed += ended.map(shown)
        }
        return (closed, late)
    }

    @Test("A gap ends a session, an event at its very end does not")
    func gaps() {
        var table = SessionTable(Self.options(.gap(10)))
        let events = [
            Event(key: "a", time: 0, id: 7), Event(key: "b", time: 4), Event(key: "a", time: 10, id: 8),
            // 10 after the last of `b` is still within its gap, 11 is not.
            Event(key: "c", time: 14), Event(key: "c", time: 15), Event(key: "a", time: 21, id: 9),
        ]
        let (closed, late) = Self.take(events, into: &table)
        #expect(closed == ["b 4-4 [1]", "a 0-10 [7, 8]"])
        #expect(late == 0 && table.count == 2)
        #expect(table.closeAll().map(Self.shown) == ["c 14-15 [1, 1]", "a 21-21 [9]"])
    }

    @Test("An event between two sessions makes them one, where the lateness still lets it in")
    func bridges() {
        let events = [
            Event(key: "a", time: 0, id: 1), Event(key: "a", time: 20, id: 2), Event(key: "a", time: 10, id: 3),
            Event(key: "x", time: 100), Event(key: "a", time: 30, id: 4),
        ]
        var patient = SessionTable(Self.options(.gap(10), lateness: 1000))
        #expect(Self.take(events, into: &patient).late == 0)
        #expect(patient.closeAll().map(Self.shown) == ["a 0-30 [1, 2, 3, 4]", "x 100-100 [1]"])
        var strict = SessionTable(Self.options(.gap(10)))
        let (closed, late) = Self.take(events, into: &strict)
        #expect(closed == ["a 0-0 [1]", "a 10-20 [2, 3]"])
        #expect(late == 1, "at 30, when the clock stands at 100")
    }

    @Test("Windows begin at multiples of their size, also before 1970")
    func tumbling() {
        var table = SessionTable(Self.options(.tumbling(10), lateness: 5))
        let events = [
            Event(key: "a", time: -1), Event(key: "a", time: 0), Event(key: "a", time: 9), Event(key: "b", time: 14),
            // Its window ended at 10, and the watermark stands at 9: not late. Then it stands at 10.
            Event(key: "a", time: 5, id: 2), Event(key: "b", time: 15), Event(key: "a", time: 9),
        ]
        let (closed, late) = Self.take(events, into: &table)
        #expect(closed == ["a -1--1 [1]", "a 0-9 [1, 1, 2]"])
        #expect(late == 1)
    }

    @Test("In sliding windows an event is in each that covers its time")
    func sliding() {
        var table = SessionTable(Self.options(.sliding(size: 30, every: 10)))
        let events = [Event(key: "a", time: 5, id: 1), Event(key: "a", time: 25, id: 2)]
        #expect(Self.take(events, into: &table).closed == ["a 5-5 [1]", "a 5-5 [1]"], "those that end at 10 and 20")
        #expect(
            table.closeAll().map(Self.shown) == ["a 5-25 [1, 2]", "a 25-25 [2]", "a 25-25 [2]"]
        )
    }

    @Test("Room is made by ending what would end first; a session that is full is ended")
    func ceilings() {
        var options = Self.options(.gap(100))
        options.capacity = 3
        options.maximumEvents = 4
        options.sequence = 2
        var table = SessionTable(options)
        var reasons: [ClosedSession.Reason] = []
        for offset in 0..<1000 {
            let key = offset % 10 < 7 ? "busy" : "k\(offset)"
            let (step, closed) = table.take(
                SessionEvent(keys: [Array(key.utf8)], time: Int64(offset)),
                id: offset % 5,
                origin: Self.origin(offset)
            )
            #expect(step == .taken && table.count <= 3)
            #expect(closed.allSatisfy { $0.session.events <= 4 && $0.session.sequence.count <= 2 })
            #expect(closed.allSatisfy { $0.session.counts.values.reduce(0, +) == $0.session.events })
            reasons += closed.map(\.reason)
        }
        #expect(reasons.count { $0 == .full } == 100, "of seven events of one key four fill a session ...")
        #expect(reasons.count { $0 == .room } > 300, "... and the three others are ended for the next keys")
    }

    @Test("A line may belong to several sessions, or to none")
    func severalKeys() {
        var table = SessionTable(Self.options(.gap(10)))
        #expect(table.take(SessionEvent(keys: [[1], [2]], time: 0), id: 1, origin: Self.origin(0)).step == .taken)
        #expect(table.take(SessionEvent(keys: [], time: 5), id: 1, origin: Self.origin(1)).step == .taken)
        #expect(table.count == 2)
        #expect(table.take(SessionEvent(keys: [], time: 50), id: 1, origin: Self.origin(2)).closed.count == 2)
    }

    @Test("Where nothing comes, the clock goes on")
    func idle() {
        var table = SessionTable(Self.options(.gap(10)))
        #expect(table.closeIdle(after: 1_000_000).isEmpty, "no event has told the time yet")
        _ = Self.take([Event(key: "a", time: 1000), Event(key: "b", time: 1005)], into: &table)
        #expect(table.closeIdle(after: 5).isEmpty)
        #expect(table.closeIdle(after: 6).map(Self.shown) == ["a 1000-1000 [1]"])
        #expect(table.latest == 1005, "what comes next is not late for it")
    }

    /// Every window by itself, from all events at once.
    private static func groups(_ events: [Event], _ window: SessionOptions.Window) -> [String] {
        var groups: [[Event]] = []
        for key in Set(events.map(\.key)) {
            let own = events.filter { $0.key == key }
            switch window {
            case .gap(let gap):
                for event in own.sorted(by: { $0.time < $1.time }) {
                    if let last = groups.last?.last, last.key == key, event.time - last.time <= gap {
                        groups[groups.count - 1].append(event)
                    } else {
                        groups.append([event])
                    }
                }
            case .tumbling(let size): groups += windows(own, size: size, every: size)
            case .sliding(let size, let every): groups += windows(own, size: size, every: every)
            }
        }
        return groups.map { group in
            let times = group.map(\.time)
            return "\(group[0].key) \(times.min() ?? 0)-\(times.max() ?? 0) \(group.map(\.id).sorted())"
        }.sorted()
    }

    private static func windows(_ events: [Event], size: Int64, every: Int64) -> [[Event]] {
        stride(from: Int64(-1200), to: 20_000, by: Int(every)).map { start in
            events.filter { $0.time >= start && $0.time < start + size }
        }.filter { !$0.isEmpty }
    }

    @Test(
        "Whatever order events come in, sessions are what all events together make, where the lateness is long enough",
        arguments: [
            SessionOptions.Window.gap(40), .gap(7), .tumbling(50), .tumbling(1), .sliding(size: 60, every: 20),
            .sliding(size: 50, every: 30),
        ],
        [UInt64(1), 2, 3]
    )
    func everyOrder(window: SessionOptions.Window, seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let events = (0..<600).map { number in
            Event(
                key: "k\(generator.next() % 5)",
                time: Int64(number) * 10 + Int64(generator.next() % 200),
                id: Int(generator.next() % 9)
            )
        }
        var options = Self.options(window, lateness: 300)
        options.sequence = 1000
        var table = SessionTable(options)
        var closed: [ClosedSession] = []
        for (offset, event) in events.enumerated() {
            let (step, ended) = table.take(
                SessionEvent(keys: [Array(event.key.utf8)], time: event.time),
                id: event.id,
                origin: Self.origin(offset)
            )
            #expect(step == .taken)
            closed += ended
        }
        #expect(!closed.isEmpty)
        closed += table.closeAll()
        let found = closed.map { closed in
            var closed = closed
            closed.session.sequence.sort()
            return Self.shown(closed)
        }
        #expect(found.sorted() == Self.groups(events, window))
    }

    @Test(
        "Any history of commits, aborts and restorations ends the sessions that an unbroken one ends",
        arguments: [SessionOptions.Window.gap(30), .tumbling(40), .sliding(size: 60, every: 20)],
        [5, 1000]
    )
    func anyHistory(window: SessionOptions.Window, capacity: Int) throws {
        var options = Self.options(window, lateness: 15)
        options.capacity = capacity
        options.maximumEvents = 6
        var generator = SplitMix(seed: UInt64(capacity))
        let events = (0..<3000).map { number in
            Event(
                key: "k\(generator.next() % 12)",
                time: Int64(number) * 3 + Int64(generator.next() % 40),
                id: Int(generator.next() % 9)
            )
        }
        func step(_ table: inout SessionTable, _ offset: Int) -> [ClosedSession] {
            let event = events[offset]
            let keys = [Array(event.key.utf8)]
            return table.take(SessionEvent(keys: keys, time: event.time), id: event.id, origin: Self.origin(offset))
                .closed
        }
        var plain = SessionTable(options)
        var expected: [ClosedSession] = []
        for offset in events.indices { expected += step(&plain, offset) }

        var table = SessionTable(options)
        var stored: [[UInt8]: [UInt8]] = [:]
        var (offset, committed) = (0, 0)
        var (pending, published) = ([ClosedSession](), [ClosedSession]())
        while offset < events.count {
            switch generator.next() % 30 {
            case 0:
                for (key, value) in table.entries { stored[key] = value }
                table.commit(covered: Int64(offset))
                published += pending
                (pending, committed) = ([], offset)
            case 1:
                table.rollBack()
                (pending, offset) = ([], committed)
            case 2:
                // A crash: another instance reads them back.
                table = try #require(
                    SessionTable(options, entries: stored, covered: Int64(committed), start: Int64(committed))
                )
                (pending, offset) = ([], committed)
            default:
                pending += step(&table, offset)
                offset += 1
            }
        }
        #expect(published + pending == expected)
        #expect(table.closeAll() == plain.closeAll())
        #expect(expected.count > 100)
    }

    @Test("What was taken in before is not taken in twice; what was stored is whole or not read")
    func stored() throws {
        let options = Self.options(.gap(10))
        var table = SessionTable(options)
        _ = Self.take([Event(key: "a", time: 0), Event(key: "a", time: 3)], into: &table)
        let entries = Dictionary(
            uniqueKeysWithValues: table.entries.compactMap { key, value in value.map { (key, $0) } }
        )
        var again = try #require(SessionTable(options, entries: entries, covered: 2, start: 1))
        let event = SessionEvent(keys: [Array("a".utf8)], time: 3)
        #expect(again.take(event, id: 1, origin: Self.origin(1)).step == .repeated)
        #expect(again.take(event, id: 1, origin: Self.origin(2)).step == .taken)
        #expect(again.closeAll().first?.session.events == 3)

        let bytes = try #require(entries[Array("a".utf8)])
        for end in 0..<bytes.count {
            let cut = [Array("a".utf8): Array(bytes[..<end])]
            #expect(SessionTable(options, entries: cut, covered: 2, start: 2) == nil, "\(end) of \(bytes.count) bytes")
        }
        #expect(SessionTable(options, entries: [[]: [0x78]], covered: 2, start: 2) == nil)
    }
}
