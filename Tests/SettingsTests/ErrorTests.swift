import Foundation
import TestSupport
import Testing

@testable import Settings

private func errors(_ yaml: String, for purpose: Settings.Purpose = .pipe) -> [SettingsIssue] {
    do throws(SettingsError) {
        _ = try Settings.parse(yaml, file: "c.yaml", for: purpose)
        return []
    } catch { return error.issues }
}

private func warnings(_ yaml: String) throws -> [SettingsIssue] {
    try Settings.parse(yaml, file: "c.yaml", for: .pipe).warnings
}

private let daemon = "application: a\nkafka: {bootstrap_servers: k:9092}\ninput: {topics: [logs]}\n"

@Suite struct SettingsErrorTests {
    @Test(arguments: [
        (
            "kafka:\n  bootstrap_server: a:1", "c.yaml:2:3", "kafka.bootstrap_server",
            "Did you mean `bootstrap_servers`?"
        ),
        ("kafak: {}", "c.yaml:1:1", "kafak", "Did you mean `kafka`?"),
        ("topics: [a]", "c.yaml:1:1", "topics", "Did you mean `input.topics`?"),
        (
            "input: {false_alarm_rate: 1}", "c.yaml:1:9", "input.false_alarm_rate",
            "Did you mean `anomalies.false_alarm_rate`?"
        ),
        ("clusters: {halfLife: 1h}", "c.yaml:1:12", "clusters.halfLife", "Did you mean `half_life`?"),
        ("log: {zzzzzz: 1}", "c.yaml:1:7", "log.zzzzzz", "Known here: level, format"),
    ])
    func unknownKeysAreNamedWithTheNearestOne(yaml: String, place: String, key: String, mend: String) {
        let issues = errors(yaml)
        #expect(issues.count == 1)
        #expect(issues.first?.place.description == place)
        #expect(issues.first?.key == key)
        #expect(issues.first?.mend == mend)
    }

    @Test func theFloodNeedsAStaticModelBesideATransformer() throws {
        let transformer = SharedData.fixture("encoders/prompts").path
        let other = SharedData.fixture("static/plain").path
        #expect(try warnings("space: {model: \(transformer), flood: \(other)}").isEmpty)
        #expect(errors("space: {model: \(transformer), flood: static}").map(\.key) == ["space.flood"])
        #expect(errors("space: {model: \(transformer), flood: \(transformer)}").map(\.key) == ["space.flood"])
        #expect(errors("space: {model: \(other), flood: \(other)}").map(\.key) == ["space.model"])
        #expect(errors("space: {flood: \(other)}").map(\.key) == ["space.flood"])
    }

    @Test(arguments: ["plain", "sentence"])
    func aStaticModelHasNeitherPrecisionNorPrefix(name: String) throws {
        let folder = SharedData.fixture("static/\(name)").path
        #expect(try warnings("space: {model: \(folder)}").isEmpty)
        #expect(try warnings("space: {model: \(folder), precision: int8}").map(\.key) == ["space.precision"])
        #expect(errors("space: {model: \(folder), prefix: 'query: '}").map(\.key) == ["space.prefix"])
    }

    @Test(arguments: [
        ("application: 5", "the number 5", "Put it in quotes: \"5\""),
        ("application: yes", "the truth value yes", "Put it in quotes: \"yes\""),
        ("application: [a]", "a list", nil),
        ("application: \"a b\"", "the text \"a b\"", nil),
        ("application: \"\"", "an empty text", nil),
        ("kafka: 5", "the number 5", nil),
        ("kafka: {client_id: }", "nothing", nil),
        ("kafka: {properties: [a]}", "a list", nil),
        ("kafka: {properties: {a: [b]}}", "a list for `a`", nil),
        ("kafka: {bootstrap_servers: 'host:port'}", "the port \"port\"", nil),
        ("kafka: {bootstrap_servers: 'a:1,,b:2'}", "an empty server in \"a:1,,b:2\"", nil),
        ("input: {topics: logs}", "the text \"logs\"", "Write [logs]"),
        ("input: {topics: [logs, logs]}", "\"logs\" a second time", nil),
        ("input: {topics: [a/b]}", "the text \"a/b\"", nil),
        ("input: {format: jsn}", "the text \"jsn\"", "Did you mean `json`?"),
        (
            "input: {maximum_record: 1048576}", "the number 1048576",
            "The unit is missing: write 1048576MiB if that is what you mean"
        ),
        ("space: {dimension: \"384\"}", "the text \"384\"", "Remove the quotes"),
        ("space: {dimension: 0}", "the number 0", nil),
        ("space: {dimension: 3.5}", "the number 3.5", nil),
        ("clusters: {half_life: 100k}", "the text \"100k\"", "Write `100k records`, or a unit of time"),
        ("clusters: {half_life: 0s}", "the text \"0s\"", nil),
        ("clusters: {birth: 0}", "the number 0", nil),
        ("clusters: {birth: .nan}", "the text \".nan\"", nil),
        ("clusters: {maximum: many}", "the text \"many\"", nil),
        ("clusters: {maximum: 99999999999999999999}", "the number 99999999999999999999", nil),
        ("recluster: {every: 10 parsecs}", "the text \"10 parsecs\"", nil),
        ("anomalies: {false_alarm_rate: 0.5}", "the number 0.5", nil),
        (
            "output: {commit_interval: 500}", "the number 500",
            "The unit is missing: write 500s if that is what you mean"
        ),
        ("output: {commit_interval: 1ms}", "the text \"1ms\"", nil),
        ("output: {text: 1}", "the number 1", nil),
        ("http: {listen: 8080}", "the number 8080", nil),
        ("http: {listen: 'localhost:99999'}", "the text \"localhost:99999\"", nil),
        ("http: {listen: '::1:80'}", "the text \"::1:80\"", "Put the IPv6 address in brackets"),
        ("pipeline: {memory: 1KiB}", "the text \"1KiB\"", nil),
    ])
    func wrongValuesSayWhatWasFoundAndWhatToDo(yaml: String, found: String, mend: String?) {
        let issues = errors(yaml)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.found == found)
        #expect(issues.first?.mend == mend)
        #expect(issues.first?.expected.isEmpty == false)
    }

    @Test func allProblemsAreReportedAtOnceInTheOrderOfTheFile() {
        let issues = errors("kafka:\n  session_timeout: 45\n  foo: 1\nlog:\n  level: loud\n")
        #expect(issues.map(\.place.description) == ["c.yaml:2:20", "c.yaml:3:3", "c.yaml:5:10"])
        #expect(
            issues[0].description
                == "c.yaml:2:20: kafka.session_timeout: found the number 45; expected a duration from 1s to 30m with "
                + "its unit, such as 200ms, 5s, 10m, 6h or 1d. The unit is missing: write 45s if that is what you mean"
        )
    }

    @Test func duplicateKeysAreRefused() {
        let issues = errors("log:\n  level: info\n  level: debug\n")
        #expect(issues.count == 1)
        #expect(issues[0].key == "level")
        #expect(issues[0].place == .file("c.yaml", line: 2, column: 3))
    }

    @Test(arguments: [
        ("log:\n  level: [info\nhttp: x\n", 3), ("a: b: c\n", 1), ("log:\n\tlevel: info\n", 2), ("- a\nb: c\n", 2),
        ("log: {level: info}\n---\nlog: {}\n", 2), ("x: *nowhere\n", 1),
    ])
    func syntaxErrorsNameTheLine(yaml: String, line: Int) {
        let issues = errors(yaml)
        #expect(issues.count == 1)
        #expect(issues[0].place.description.hasPrefix("c.yaml:\(line):"), "\(issues)")
        #expect(issues[0].mend != nil)
    }

    @Test(arguments: ["- a\n", "word\n", "5\n"]) func theRootMustBeAMapping(yaml: String) {
        #expect(errors(yaml).map(\.expected) == ["a mapping of keys"])
    }

    @Test func controlCharactersAreRefused() {
        #expect(errors("log: {level: \u{1}}\n").count == 1)
    }
}

@Suite struct CrossCheckTests {
    @Test(arguments: [
        ("pipeline: {drain_timeout: 45s}", "pipeline.drain_timeout"),
        ("output: {topic: logs}", "output.topic"),
        ("output: {dead_letter_topic: assignments}", "output.dead_letter_topic"),
        ("output: {topic: a.model}", "application"),
        ("output: {topic: a.events}", "output.events_topic"),
        ("output: {commit_interval: 15s}", "kafka.transaction_timeout"),
        ("space: {kind: vector}", "space.dimension"),
        ("space: {kind: vector, dimension: 4}", "input.format"),
        ("space: {model: /nonexistent/model}", "space.model"),
        ("pipeline: {memory: 16MiB}\nlog: {}", nil),
        ("recluster: {k: 2k}", "recluster.k"),
    ])
    func rulesBetweenKeysHold(yaml: String, key: String?) {
        let issues = errors(daemon + yaml, for: .daemon)
        #expect(issues.contains { $0.key == key } || key == nil && issues.isEmpty, "\(issues)")
        #expect(issues.allSatisfy { $0.mend != nil || $0.key != key })
    }

    @Test func aSessionEndsBeforeThePollDoes() {
        let yaml = "application: a\nkafka: {bootstrap_servers: k, session_timeout: 10m}\ninput: {topics: [logs]}\n"
        #expect(errors(yaml, for: .daemon).map(\.key) == ["kafka.session_timeout"])
    }

    @Test func memoryHoldsSeveralOfTheLargestRecords() {
        #expect(errors("pipeline: {memory: 16MiB}\ninput: {maximum_record: 8MiB}").map(\.key) == ["pipeline.memory"])
    }

    @Test func kafkaRulesDoNotBindWhereNoKafkaIsUsed() {
        #expect(errors("pipeline: {drain_timeout: 10m}").isEmpty)
    }

    @Test func aBrokenKeyTakesPartInNoRule() {
        let issues = errors(daemon + "pipeline: {drain_timeout: 45}", for: .daemon)
        #expect(issues.count == 1)
        #expect(issues[0].found == "the number 45")
    }

    @Test(arguments: [
        ("http: {listen: '0.0.0.0:80'}", "http.listen"),
        ("kafka: {properties: {sasl.password: x}}", "kafka.properties"),
        ("space: {encoding: raw}", "space.encoding"), ("http: {listen: localhost:80}", nil),
        ("input: {format: vector}\nspace: {kind: vector, dimension: 3, maximum_tokens: 99}", "space.maximum_tokens"),
    ])
    func whatIsOddIsAWarning(yaml: String, key: String?) throws {
        #expect(try warnings(yaml).map(\.key) == (key.map { [$0] } ?? []))
    }
}

@Suite struct UnitTests {
    @Test(arguments: [
        ("200ms", Duration.milliseconds(200)), ("5s", .seconds(5)), ("1.5h", .seconds(5400)), ("1 d", .seconds(86_400)),
        ("10m", .seconds(600)), ("0.1s", .milliseconds(100)),
    ])
    func durations(text: String, value: Duration) {
        #expect(Units.duration(text) == value)
        #expect(Units.duration(Units.text(of: value)) == value)
    }

    @Test(arguments: ["", "5", "s", "-5s", "5 s x", "1e3s", ".5s", "5.s", "99999999999999d", "٣s", "1.23456789012us"])
    func notDurations(text: String) {
        #expect(Units.duration(text) == nil)
    }

    @Test(arguments: [("64MiB", 64 << 20), ("1GB", 1_000_000_000), ("512KiB", 512 << 10), ("1.5 kB", 1500), ("7B", 7)])
    func sizes(text: String, value: Int) {
        #expect(Units.size(text) == value)
        #expect(Units.size(Units.text(ofSize: value)) == value)
    }

    @Test(arguments: [("20k", 20_000), ("1M", 1_000_000), ("500", 500), ("0.5k", 500)])
    func counts(text: String, value: Int) {
        #expect(Units.count(text) == value)
        #expect(Units.count(Units.text(ofCount: value)) == value)
    }

    @Test func editDistancesCountSwapsAsOne() {
        #expect(editDistance("kafka", "kafka") == 0)
        #expect(editDistance("kafak", "kafka") == 1)
        #expect(editDistance("", "abc") == 3)
        #expect(editDistance("topics", "topic") == 1)
        #expect(nearest("bootstrap-servers", among: ["bootstrap_servers", "client_id"]) == "bootstrap_servers")
        #expect(nearest("x", among: ["format", "level"]) == nil)
    }
}
