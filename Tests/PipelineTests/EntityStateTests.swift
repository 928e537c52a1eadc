import Foundation
import Testing

@testable import Pipeline

@Suite("What is kept of an entity")
struct EntityStateTests {
    private static let day: Int64 = 86_400_000

    /// Every function, the ones that can fade with and without a half-life of ten days.
    private static let options: EntityOptions = {
        var aggregates: [EntityAggregate] = []
        for function in EntityAggregate.Function.allCases {
            let field = function.needsField ? ["amount"] : []
            aggregates.append(EntityAggregate(name: function.rawValue, function: function, field: field))
            guard function.canFade else { continue }
            let name = "faded_\(function.rawValue)"
            aggregates.append(
                EntityAggregate(name: name, function: function, field: field, halfLife: 10 * 86_400)
            )
        }
        return EntityOptions(aggregates: aggregates)
    }()

    private static func event(day: Double, amount: Double) -> EntityEvent {
        EntityEvent(
            key: [1],
            time: Int64(day * Double(Self.day)),
            contributions: options.aggregates.map {
                switch $0.function {
                case .distinct: .token(StableHash.mixed("\(amount)".utf8))
                default: .number($0.field.isEmpty ? 1 : amount)
                }
            }
        )
    }

    private static func state(_ events: [(day: Double, amount: Double)]) -> EntityState {
        events.reduce(into: EntityState(options)) { $0.update(event(day: $1.day, amount: $1.amount), options) }
    }

    private static func figures(_ state: EntityState, day: Double) -> [String: Double] {
        let figures = state.figures(at: Int64(day * Double(Self.day)), options)
        return Dictionary(
            uniqueKeysWithValues: zip(options.aggregates.map(\.name), figures).compactMap { name, value in
                value.map { (name, $0) }
            }
        )
    }

    @Test func figuresAreWhatTheirDefinitionsSay() {
        let events: [(day: Double, amount: Double)] = [(0, 8), (4, 2), (4, 5), (14, 8)]
        let figures = Self.figures(Self.state(events), day: 24)
        let weights = events.map { exp2(-(24 - $0.day) / 10) }
        let faded = zip(events, weights).map { $0.amount * $1 }.reduce(0, +)
        let expected: [String: Double] = [
            "count": 4, "sum": 23, "mean": 5.75, "min": 2, "max": 8, "last": 8, "distinct": 3, "recency": 10,
            "age": 24, "interval": 14.0 / 3, "faded_count": weights.reduce(0, +), "faded_sum": faded,
            "faded_mean": faded / weights.reduce(0, +),
            // Three gaps of 4, 0 and 10 days, which ended 10, 10 and 0 days before the latest event.
            "faded_interval": (4 * 0.5 + 0 * 0.5 + 10 * 1) / (0.5 + 0.5 + 1),
        ]
        for (name, value) in expected {
            #expect(abs((figures[name] ?? .nan) - value) < 1e-12, "\(name)")
        }
        #expect(Set(figures.keys) == Set(expected.keys))
    }

    @Test func whatHasNoValueYetIsAbsentAndNotZero() {
        let first = Self.figures(Self.state([(3, 7)]), day: 3)
        #expect(first["recency"] == nil && first["interval"] == nil, "there was no event before the first")
        #expect(first["count"] == 1 && first["age"] == 0)
        var event = Self.event(day: 3, amount: 7)
        event.contributions = Self.options.aggregates.map { $0.field.isEmpty ? .number(1) : .absent }
        var state = EntityState(Self.options)
        state.update(event, Self.options)
        let without = Self.figures(state, day: 3)
        #expect(without["sum"] == 0 && without["count"] == 1 && without["distinct"] == 0)
        for name in ["mean", "min", "max", "last", "faded_mean"] { #expect(without[name] == nil, "\(name)") }
    }

    @Test func recencyAtAnEventIsTheTimeSinceTheEventBefore() {
        #expect(Self.figures(Self.state([(0, 1), (5, 1)]), day: 5)["recency"] == 5)
        #expect(Self.figures(Self.state([(0, 1), (5, 1), (5, 1)]), day: 5)["recency"] == 5, "the same moment")
        #expect(Self.figures(Self.state([(0, 1), (5, 1)]), day: 7)["recency"] == 2)
    }

    @Test func eventsThatComeLateGiveTheSameFiguresAndNoNegativeTime() {
        var generator = SplitMix(seed: 5)
        for _ in 0..<50 {
            let events = (0..<30).map { _ in
                (day: Double(generator.next() % 400) / 4, amount: Double(generator.next() % 100))
            }
            let sorted = events.sorted { $0.day < $1.day }
            let ordered = Self.figures(Self.state(sorted), day: 100)
            let state = Self.state(events)
            let late = Self.figures(state, day: 100)
            for (name, value) in ordered where name != "faded_interval" && name != "last" {
                #expect(abs((late[name] ?? .nan) - value) <= 1e-9 * max(1, abs(value)), "\(name)")
            }
            for event in events {
                let then = Self.figures(state, day: event.day)
                #expect((then["recency"] ?? 0) >= 0 && (then["age"] ?? 0) >= 0)
            }
        }
    }

    @Test(arguments: [1, 31, 32, 33, 100, 1_000, 50_000])
    func differentValuesAreCountedExactlyWhileTheyAreFew(values: Int) {
        var count = DistinctCount()
        for _ in 0..<2 { for value in 0..<values { count.insert(StableHash.mixed("value \(value)".utf8)) } }
        let error = abs(count.estimate - Double(values)) / Double(values)
        #expect(values <= 32 ? error == 0 : error < 0.2, "\(count.estimate)")
    }

    @Test func bytesComeBackAsTheyWere() throws {
        var generator = SplitMix(seed: 9)
        for size in [1, 3, 40, 200] {
            var state = Self.state(
                (0..<size).map { _ in
                    (day: Double(generator.next() % 1000), amount: Double(generator.next() % 500) - 100.25)
                }
            )
            state.published = size == 3 ? nil : size
            state.turn = 77
            state.taught = 12
            let bytes = state.bytes
            #expect(EntityState(bytes: bytes, Self.options) == state)
            for cut in stride(from: 0, to: bytes.count, by: 7) {
                #expect(EntityState(bytes: Array(bytes[..<cut]), Self.options) == nil)
            }
            #expect(EntityState(bytes: bytes + [0], Self.options) == nil)
        }
    }

    @Test(arguments: [
        ("2021-01-31", 1_612_051_200_000), ("2021-01-31T10:15:30Z", 1_612_088_130_000),
        ("2021-01-31 10:15", 1_612_088_100_000), ("2021-01-31T10:15:30.250+02:00", 1_612_080_930_250),
        ("1969-12-31T23:59:59Z", -1000), ("2000-02-29", 951_782_400_000), ("1612088130", 1_612_088_130_000),
        ("1612088130250", 1_612_088_130_250), ("2021-01-31T10:15:30-0530", 1_612_107_930_000),
    ])
    func timesAreReadAsTheyAreUsuallyWritten(text: String, milliseconds: Int64) {
        #expect(EventTime.milliseconds(.string(text)) == milliseconds)
    }

    @Test(arguments: [
        "", "yesterday", "2021-13-01", "2021-02-29", "2021-01-31T25:00", "2021-01-31T10:15:30+", "2021-1-3", "nan",
        "2021-01-31T10:15:30Zz", "1e300",
    ])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(EventTime.milliseconds(.string(text)) == nil)
    }
}

/// SplitMix64, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
