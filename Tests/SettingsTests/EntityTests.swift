import Foundation
import Testing

@testable import Settings

private func issues(_ yaml: String, for purpose: Settings.Purpose = .pipe) -> [SettingsIssue] {
    do throws(SettingsError) {
        _ = try Settings.parse(yaml, file: "c.yaml", for: purpose)
        return []
    } catch { return error.issues }
}

private let entity = "input: {key: entity, format: json}\nspace: {kind: features}\n"

@Suite("Settings of entities")
struct EntitySettingsTests {
    @Test func aValueAloneMeansRecencyFrequencyAndMonetaryValue() throws {
        let settings = try Settings.parse(
            entity + "entity: {value: amount, half_life: 90d, time: date}",
            file: "c.yaml",
            for: .pipe
        ).settings
        #expect(
            settings.entity.effectiveAggregates == [
                EntityAggregateSettings(name: "recency", function: .recency),
                EntityAggregateSettings(name: "frequency", function: .count, halfLife: .seconds(90 * 86_400)),
                EntityAggregateSettings(
                    name: "monetary",
                    function: .sum,
                    field: "amount",
                    halfLife: .seconds(90 * 86_400)
                ),
            ]
        )
        #expect(settings.entity.publish == .changes && settings.entity.capacity == 100_000)
    }

    @Test func aggregatesAreReadInTheirOrder() throws {
        let yaml =
            entity + "entity:\n  aggregates:\n    orders: count\n    basket: mean( order.amount ) half_life 30d\n"
            + "    since: recency\n    kinds: distinct(kind)\n    rhythm: interval half_life 1.5h\n"
        let aggregates = try Settings.parse(yaml, file: "c.yaml", for: .pipe).settings.entity.aggregates
        #expect(aggregates.map(\.name) == ["orders", "basket", "since", "kinds", "rhythm"])
        #expect(aggregates[1].field == "order.amount" && aggregates[1].halfLife == .seconds(30 * 86_400))
        #expect(aggregates[4].halfLife == .seconds(5400) && aggregates[3].function == .distinct)
    }

    @Test(arguments: [
        ("spend: total(amount)", "the text \"total(amount)\" for `spend`", nil),
        ("spend: summ(amount)", "the text \"summ(amount)\" for `spend`", "Did you mean `sum`?"),
        ("spend: sum", "the text \"sum\" for `spend`", "Write sum(amount), with your field's name"),
        ("spend: sum()", "the text \"sum()\" for `spend`", nil),
        ("spend: sum(amount", "the text \"sum(amount\" for `spend`", nil),
        ("spend: sum(amount) 30d", "the text \"sum(amount) 30d\" for `spend`", nil),
        ("spend: sum(amount) half_life 30", "the text \"sum(amount) half_life 30\" for `spend`", nil),
        (
            "top: max(amount) half_life 30d", "the text \"max(amount) half_life 30d\" for `top`",
            "Only count, sum, mean and interval can fade"
        ),
        ("gap: recency(date)", "the text \"recency(date)\" for `gap`", "It is computed from the times of events"),
        ("\"a b\": count", "the name \"a b\"", nil),
        ("spend: 5", "the number 5 for `spend`", nil),
    ])
    func whatIsNoAggregateIsNamedWithItsMend(text: String, found: String, mend: String?) {
        let found = (found, issues(entity + "entity:\n  aggregates:\n    \(text)"))
        #expect(found.1.count == 1)
        #expect(found.1.first?.key == "entity.aggregates")
        #expect(found.1.first?.place.description.hasPrefix("c.yaml:5:") == true)
        #expect(found.1.first?.found == found.0)
        #expect(found.1.first?.mend == mend)
    }

    @Test(arguments: [
        ("input: {key: entity, format: json}\nspace: {kind: features}", "entity.aggregates"),
        (
            "input: {key: entity, format: text}\nspace: {kind: features}\nentity: {value: amount}", "input.format"
        ),
        ("input: {key: entity, format: json}\nentity: {value: amount}", "space.kind"),
        (entity + "entity: {aggregates: {gap: recency, top: max(amount)}}", "entity.aggregates"),
        (
            "input: {key: entity, format: json}\nspace: {kind: features, fields: {spend: number, age: number}}\n"
                + "entity: {aggregates: {spend: sum(amount)}}", "space.fields"
        ),
    ])
    func keysThatDoNotFitTogetherAreNamed(yaml: String, key: String) {
        let found = issues(yaml)
        #expect(found.map(\.key) == [key])
        #expect(found.allSatisfy { $0.mend != nil })
    }

    @Test func keysOfEntitiesWithoutTheModeAreWarnedOf() throws {
        let warnings = try Settings.parse("entity: {capacity: 10k}", file: "c.yaml", for: .pipe).warnings
        #expect(warnings.map(\.key) == ["entity.capacity"])
    }

    @Test func theTopicOfStatesIsOurs() {
        let daemon = "application: a\nkafka: {bootstrap_servers: k:9092}\n"
        let yaml =
            daemon + "input: {topics: [a.entities], key: entity, format: json}\nspace: {kind: features}\n"
            + "entity: {value: amount}"
        #expect(issues(yaml, for: .daemon).map(\.key) == ["application"])
    }
}
