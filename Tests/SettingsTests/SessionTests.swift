import Testing

@testable import Settings

@Suite("Settings of sessions")
struct SessionTests {
    private func issues(_ yaml: String, for purpose: Settings.Purpose = .pipe) -> [SettingsIssue] {
        do throws(SettingsError) {
            _ = try Settings.parse(yaml, file: "c.yaml", for: purpose)
            return []
        } catch {
            return error.issues
        }
    }

    @Test("A pattern is a regular expression, and windows have times")
    func whole() throws {
        let yaml = """
            space: {kind: session, dimension: 64}
            session: {pattern: 'blk_-?\\d+', window: sliding, size: 1h, every: 10m, lateness: 0s, order: true}
            """
        let session = try Settings.parse(yaml, file: "c.yaml", for: .pipe).settings.session
        #expect(session.pattern == #"blk_-?\d+"# && session.window == .sliding && session.order)
        #expect(session.size == .seconds(3600) && session.every == .seconds(600) && session.lateness == .zero)
    }

    @Test(
        "Keys that do not fit together are named, with the mend",
        arguments: [
            ("session: {pattern: '(blk'}", "session.pattern"),
            ("session: {pattern: a, field: b}\ninput: {format: json}", "session.field"),
            ("session: {field: b}", "session.field"),
            ("session: {time: b}", "session.time"),
            ("session: {window: sliding, size: 1m, every: 2m}", "session.every"),
            ("session: {window: sliding, size: 1h, every: 1s}", "session.every"),
            ("input: {key: entity, format: json}\nentity: {value: a}", "space.kind"),
        ]
    )
    func conflicts(yaml: String, key: String) {
        let found = issues("space: {kind: session}\n" + yaml)
        #expect(found.contains { $0.key == key && $0.mend != nil })
    }

    @Test("In a table the session's name and time are columns, whatever the format of records")
    func columns() throws {
        let yaml = "space: {kind: session}\nsession: {field: block, time: at}"
        #expect(issues(yaml).map(\.key) == ["session.field", "session.time"])
        let session = try Settings.parse(yaml, file: "c.yaml", for: .table).settings.session
        #expect(session.field == "block" && session.time == "at")
    }

    @Test("Keys that nothing uses are warned of")
    func unused() throws {
        let other = try Settings.parse("session: {size: 1m}", file: "c.yaml", for: .pipe).warnings
        #expect(other.map(\.key) == ["session.size"])
        let model = try Settings.parse(
            "space: {kind: session, prefix: 'query: '}\nsession: {every: 1m}",
            file: "c.yaml",
            for: .pipe
        ).warnings
        #expect(Set(model.map(\.key)) == ["space.prefix", "session.every"])
    }

    @Test("The topic of open sessions is ours")
    func topic() {
        let yaml = """
            application: a
            kafka: {bootstrap_servers: "k:9092"}
            input: {topics: [a.sessions]}
            space: {kind: session}
            """
        #expect(issues(yaml, for: .daemon).map(\.key) == ["application"])
    }
}
