import Streams
import Testing

@testable import Pipeline

@Suite("The states of a partition's entities")
struct EntityTableTests {
    private static func options(capacity: Int) -> EntityOptions {
        var options = EntityOptions(aggregates: EntityOptions.recencyFrequencyMonetary(value: ["amount"]))
        options.capacity = capacity
        return options
    }

    private static func event(_ key: UInt8, _ number: Int) -> EntityEvent {
        EntityEvent(
            key: [key],
            time: Int64(number) * 1000,
            contributions: [.number(1), .number(1), .number(Double(number % 7))]
        )
    }

    @Test func theLeastRecentlyActiveLeaveFirst() {
        var table = EntityTable(Self.options(capacity: 3))
        for (number, key) in [1, 2, 3, 1].enumerated() {
            #expect(!table.apply(Self.event(UInt8(key), number), offset: Int64(number)).evicted)
        }
        #expect(table.apply(Self.event(4, 4), offset: 4).evicted)
        #expect(table[[2]] == nil && table[[1]] != nil && table.states.count == 3)
        #expect(table.apply(Self.event(2, 5), offset: 5).evicted)
        #expect(table[[3]] == nil && table[[2]]?.events == 1, "who comes back begins anew")
        #expect(table.changes.first { $0.key == [3] }?.state == .some(nil), "its stored state is removed")
    }

    @Test func anEntityTeachesOncePerRoundWhetherItHasFewEventsOrMany() {
        var table = EntityTable(Self.options(capacity: 1000))
        var lessons: [UInt8: Int] = [:]
        var offset = 0
        // Ten entities; the first has 91 of 100 events.
        for round in 0..<100 {
            for place in 0..<100 {
                let key = UInt8(place < 91 ? 0 : place - 90)
                if table.apply(Self.event(key, round), offset: Int64(offset)).teaches { lessons[key, default: 0] += 1 }
                offset += 1
            }
        }
        #expect(lessons.count == 10)
        for key in 1..<10 {
            #expect(lessons[UInt8(key)] == 100, "an entity with one event in a hundred teaches by each")
        }
        let busy = lessons[0] ?? 0
        #expect(busy > 500 && busy < 1_100, "9,100 events, as many lessons as rounds of ten events: \(busy)")
    }

    /// A table beside a plain one: a dictionary that is copied at every commit.
    @Test(arguments: [1, 2, 5, 40])
    func anyHistoryOfCommitsAbortsAndRestorationsLeavesWhatAnUnbrokenOneDoes(capacity: Int) throws {
        let options = Self.options(capacity: capacity)
        var generator = SplitMix(seed: UInt64(capacity))
        var table = EntityTable(options)
        var plain: [[UInt8]: EntityState] = [:]
        var turn: UInt64 = 0
        var committed = (plain: plain, turn: turn, offset: 0)
        var stored: [[UInt8]: [UInt8]] = [:]
        var offset = 0
        for _ in 0..<4_000 {
            switch generator.next() % 40 {
            case 0:
                for (key, state) in table.changes { stored[key] = state?.bytes }
                table.commit(covered: Int64(offset))
                committed = (plain, turn, offset)
            case 1:
                table.rollBack()
                (plain, turn, offset) = committed
            case 2:
                // A crash: another instance reads the states back.
                let states = try stored.mapValues { try #require(EntityState(bytes: $0, options)) }
                table = EntityTable(options, states: states, covered: Int64(committed.2), start: Int64(committed.2))
                (plain, turn, offset) = committed
            case 3:
                let key = UInt8(generator.next() % 60)
                table.publish(offset, of: [key])
                plain[[key]]?.published = offset
            case 4:
                // An event that the space refuses is taken back.
                let key = UInt8(generator.next() % 60)
                if plain[[key]] == nil, plain.count >= capacity { Self.evict(&plain) }
                let before = table[[key]]
                _ = table.apply(Self.event(key, offset), offset: Int64(offset))
                table.withdraw([key], to: before)
                offset += 1
            default:
                let key = UInt8(generator.next() % 60)
                _ = table.apply(Self.event(key, offset), offset: Int64(offset))
                if plain[[key]] == nil, plain.count >= capacity { Self.evict(&plain) }
                var state = plain[[key]] ?? EntityState(options)
                state.update(Self.event(key, offset), options)
                turn += 1
                state.turn = turn
                state.taught = table[[key]]?.taught ?? 0
                plain[[key]] = state
                offset += 1
            }
            try #require(table.states == plain)
            #expect(table.turn == turn)
        }
    }

    private static func evict(_ plain: inout [[UInt8]: EntityState]) {
        if let oldest = plain.min(by: { $0.value.turn < $1.value.turn }) { plain[oldest.key] = nil }
    }

    @Test func eventsThatTheStatesKnowAreNotTakenInTwice() {
        let options = Self.options(capacity: 10)
        var table = EntityTable(options)
        for number in 0..<6 { _ = table.apply(Self.event(1, number), offset: Int64(number)) }
        // The states were written, the offset of the group was not.
        var again = EntityTable(options, states: table.states, covered: 6, start: 3)
        for number in 3..<6 { #expect(again.apply(Self.event(1, number), offset: Int64(number)).isRepeated) }
        #expect(again.states == table.states)
        #expect(!again.apply(Self.event(1, 6), offset: 6).isRepeated)
        #expect(again[[1]]?.events == 7)
        // The topic was made anew: its offsets begin at 0, its events are new.
        var renewed = EntityTable(options, states: table.states, covered: 6, start: 3)
        renewed.forgetOffsets()
        #expect(!renewed.apply(Self.event(1, 0), offset: 0).isRepeated)
    }

    @Test func aSnapshotComesBackAndIsRefusedForOtherAggregates() throws {
        let options = Self.options(capacity: 10)
        var table = EntityTable(options)
        for number in 0..<20 { _ = table.apply(Self.event(UInt8(number % 6), number), offset: Int64(number)) }
        let snapshot = EntitySnapshot(table)
        let read = EntitySnapshot(entries: snapshot.entries + [.init(key: Array("meta".utf8), value: [1])])
        #expect(try read.table(options).states == table.states)
        var other = options
        other.aggregates[2].halfLife = 60
        #expect(throws: PipelineFailure.self) { try snapshot.table(other) }
        other = options
        other.aggregates[2].name = "spend"
        #expect(try snapshot.table(other).states == table.states, "names do not change what is kept")
    }
}
