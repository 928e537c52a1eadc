import Foundation
import Streams
import TestSupport
import Testing

@testable import Pipeline

/// Figures of real customers, as pandas computes them; see Tests/Fixtures/scripts/entity_reference.py.
private struct EntityReference: Decodable {
    var events: Int
    var entities: Int
    var now: String
    var halfLifeDays: Double
    var sums: [String: Double]
    var customers: [String: [String: Double?]]

    static func load() throws -> EntityReference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            let name = path[path.count - 1].stringValue
            return PlainKey(name == "half_life_days" ? "halfLifeDays" : name)
        }
        return try decoder.decode(
            EntityReference.self,
            from: Data(contentsOf: SharedData.fixture("entity_reference.json"))
        )
    }

    private struct PlainKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

@Suite("Recency, frequency and monetary value of real customers")
struct EntityCustomersTests {
    private static let file = SharedData.root.appending(path: "customers/cdnow_transactions.csv.gz")
    private static let isPresent = FileManager.default.fileExists(atPath: file.path)

    private static func options(halfLife: Double) -> EntityOptions {
        let amount = ["amount"]
        let all: [(String, EntityAggregate.Function, [String], Double?)] = [
            ("recency", .recency, [], nil), ("age", .age, [], nil), ("frequency", .count, [], nil),
            ("monetary", .sum, amount, nil), ("basket", .mean, amount, nil), ("smallest", .min, amount, nil),
            ("largest", .max, amount, nil), ("items", .sum, ["quantity"], nil), ("latest", .last, amount, nil),
            ("quantities", .distinct, ["quantity"], nil), ("interval", .interval, [], nil),
            ("faded_frequency", .count, [], halfLife), ("faded_monetary", .sum, amount, halfLife),
            ("faded_basket", .mean, amount, halfLife),
        ]
        var options = EntityOptions(
            aggregates: all.map { EntityAggregate(name: $0.0, function: $0.1, field: $0.2, halfLife: $0.3) }
        )
        options.field = ["customer_id"]
        options.time = ["date"]
        return options
    }

    /// The log of purchases as records of JSON, in the file's order.
    private static func records() throws -> [Record] {
        let reader = try TabularReader(path: file.path)
        var records: [Record] = []
        while let row = try reader.next() {
            let fields = zip(row.names, row.fields).map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
            records.append(
                Record(
                    source: TopicPartition(topic: "purchases", partition: 0),
                    offset: Int64(records.count),
                    value: Array("{\(fields)}".utf8)
                )
            )
        }
        return records
    }

    @Test(.enabled(if: isPresent, "the customers' purchases are not at hand"))
    func purchasesAsEventsGiveTheFiguresOfADirectComputation() throws {
        let reference = try EntityReference.load()
        let options = Self.options(halfLife: reference.halfLifeDays * 86_400)
        let decoder = EventDecoder(options: options, maximumBytes: 1 << 20)
        var table = EntityTable(options)
        let records = try Self.records()
        #expect(records.count == reference.events)
        for record in records { _ = table.apply(try decoder.decode(record).get(), offset: record.offset) }
        #expect(table.states.count == reference.entities)
        // A moment later, so that the events of the last day are before it.
        let now = try #require(EventTime.milliseconds(reference.now)) + 1
        var sums: [String: Double] = [:]
        for (key, state) in table.states {
            let figures = zip(options.aggregates.map(\.name), state.figures(at: now, options))
            let expected = reference.customers[String(decoding: key, as: UTF8.self)]
            for (name, value) in figures {
                sums[name, default: 0] += value ?? 0
                guard let expected else { continue }
                let known = expected[name] ?? nil
                #expect((known == nil) == (value == nil), "\(name)")
                let error = abs((value ?? 0) - (known ?? 0))
                #expect(error <= 1e-6 * max(1, abs(known ?? 0)), "\(name): \(value ?? 0), expected \(known ?? 0)")
            }
        }
        for (name, sum) in reference.sums {
            let found = try #require(sums[name])
            #expect(abs(found - sum) <= 1e-6 * abs(sum), "\(name): \(found), expected \(sum)")
        }
    }

    @Test(.enabled(if: isPresent, "the customers' purchases are not at hand"))
    func theOrderOfArrivalDoesNotMatter() throws {
        let options = Self.options(halfLife: 90 * 86_400)
        let decoder = EventDecoder(options: options, maximumBytes: 1 << 20)
        let records = try Self.records()
        var generator = SplitMix(seed: 3)
        let shuffled = records.shuffled(using: &generator)
        var tables = [EntityTable(options), EntityTable(options)]
        for (index, order) in [records, shuffled].enumerated() {
            for record in order { _ = tables[index].apply(try decoder.decode(record).get(), offset: record.offset) }
        }
        let now = try #require(EventTime.milliseconds("2022-07-31"))
        for (key, state) in tables[0].states {
            let late = try #require(tables[1][key])
            let pairs = zip(state.figures(at: now, options), late.figures(at: now, options))
            for (aggregate, (one, other)) in zip(options.aggregates, pairs) where aggregate.function != .last {
                #expect(abs((one ?? 0) - (other ?? 0)) <= 1e-9 * max(1, abs(one ?? 0)), "\(aggregate.name)")
            }
        }
    }
}
