import Testing

@testable import Settings

@Suite("Fields of a features space")
struct FeatureFieldTests {
    private func issues(_ yaml: String, for purpose: Settings.Purpose = .pipe) -> [SettingsIssue] {
        do throws(SettingsError) {
            _ = try Settings.parse(yaml, file: "c.yaml", for: purpose)
            return []
        } catch { return error.issues }
    }

    @Test func shortAndLongFormsKeepTheirOrder() throws {
        let yaml = """
            space:
              kind: features
              fields:
                spend: number
                customer.country: {kind: category, slots: 8, missing: reject}
                visits: {kind: number, log: true, weight: 2.5}
                at: day_of_week
                churned: {kind: boolean, missing: zero}
                balance: {kind: number, log: false}
                age: {kind: number, log: auto}
            """
        let fields = try Settings.parse(yaml, file: "c.yaml", for: .pipe).settings.space.fields
        #expect(
            fields.map(\.name) == ["spend", "customer.country", "visits", "at", "churned", "balance", "age"]
        )
        #expect(fields.map(\.kind) == [.number, .category, .number, .dayOfWeek, .boolean, .number, .number])
        #expect(fields.map(\.logarithm) == [nil, nil, true, nil, nil, false, nil])
        #expect(fields[1].slots == 8 && fields[1].missing == .reject)
        #expect(fields[2].weight == 2.5)
        #expect(fields[4].missing == .zero)
    }

    @Test(arguments: [
        ("[spend]", "a list", "Write {spend: number}"), ("number", "the text \"number\"", nil),
        ("{spend: nmber}", "the text \"nmber\"", "Did you mean `number`?"),
        ("{spend: {weight: 1}}", "`spend` without one", "Add `kind: number`"),
        ("{spend: {kind: number, wieght: 1}}", "`wieght` of `spend`, an unknown key", "Did you mean `weight`?"),
        ("{spend: {kind: number, slots: 3}}", "`slots` for the number `spend`", "Remove it"),
        ("{a: {kind: category, log: true}}", "`log` for the category `a`", "Remove it"),
        ("{a: {kind: category, slots: 0}}", "the number 0", nil),
        ("{a: {kind: number, weight: -1}}", "the number -1", nil),
        ("{a: {kind: boolean, missing: median}}", "the text \"median\"", nil),
    ])
    func whatIsWrongIsNamed(fields: String, found: String, mend: String?) {
        let problems = issues("space: {kind: features, fields: \(fields)}")
        #expect(problems.count == 1)
        #expect(problems.first?.key == "space.fields")
        #expect(problems.first?.found == found)
        if let mend { #expect(problems.first?.mend == mend) }
    }

    @Test func featuresAreReadFromJSON() {
        #expect(issues("space: {kind: features}\ninput: {format: text}").map(\.key) == ["input.format"])
        #expect(issues("space: {kind: features}\ninput: {format: json}").isEmpty)
        #expect(issues("space: {kind: features}").isEmpty)
    }

    @Test func aDaemonNamesItsFields() {
        let daemon = "application: a\nkafka: {bootstrap_servers: k:9092}\ninput: {topics: [c], format: json}\n"
        #expect(issues(daemon + "space: {kind: features}", for: .daemon).map(\.key) == ["space.fields"])
        #expect(issues(daemon + "space: {kind: features, fields: {a: number}}", for: .daemon).isEmpty)
    }

    @Test func fieldsOfAnotherSpaceAreWarnedOf() throws {
        let loaded = try Settings.parse("space: {fields: {a: number}}", file: "c.yaml", for: .pipe)
        #expect(loaded.warnings.map(\.key) == ["space.fields"])
    }

    @Test func fieldsThatWeighNothingAreRefused() {
        let problems = issues("space: {kind: features, fields: {a: {kind: number, weight: 0}}}")
        #expect(problems.map(\.key) == ["space.fields"])
    }
}
