import Foundation
import Testing

@testable import Settings

private func issues(_ yaml: String) -> [SettingsIssue] {
    do throws(SettingsError) {
        _ = try Settings.parse(yaml, file: "c.yaml", for: .pipe)
        return []
    } catch { return error.issues }
}

private func warnings(_ yaml: String) throws -> [SettingsIssue] {
    try Settings.parse(yaml, file: "c.yaml", for: .pipe).warnings
}

@Suite("Settings of an embedding server")
struct ServerSettingsTests {
    @Test func anAddressIsEnough() throws {
        let loaded = try Settings.parse("space: {kind: remote, url: 'http://h:8080'}", file: "c.yaml", for: .pipe)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.settings.space.api == .auto && loaded.settings.space.input == .text)
        #expect(loaded.settings.space.batch == 32 && loaded.settings.space.concurrency == 4)
    }

    @Test func everyKeyIsRead() throws {
        let yaml = """
            input: {format: bytes}
            space:
              kind: remote
              url: https://h/v1
              model: clip
              dimension: 512
              api: openai
              input: image
              image: base64
              batch: 8
              concurrency: 2
              timeout: 5s
              retries: 0
            """
        let loaded = try Settings.parse(yaml, file: "c.yaml", for: .pipe)
        let space = loaded.settings.space
        #expect(loaded.warnings.isEmpty)
        #expect(space.url == "https://h/v1" && space.model == "clip" && space.dimension == 512)
        #expect(space.api == .openai && space.input == .image && space.image == .base64)
        #expect(space.batch == 8 && space.concurrency == 2 && space.timeout == .seconds(5) && space.retries == 0)
    }

    @Test(arguments: [
        ("space: {kind: remote}", "space.url"),
        ("space: {kind: remote, url: 'ftp://h'}", "space.url"),
        ("space: {kind: remote, url: localhost}", "space.url"),
        ("space: {kind: remote, url: 'http://h'}\ninput: {format: vector}", "input.format"),
        ("space: {kind: remote, url: 'http://h'}\ninput: {format: bytes}", "input.format"),
        ("space: {kind: remote, url: 'http://h', input: image}\ninput: {format: vector}", "input.format"),
        ("input: {format: bytes}", "input.format"),
        ("space: {kind: remote, url: 'http://h', batch: 0}", "space.batch"),
        ("space: {kind: remote, url: 'http://h', timeout: 30}", "space.timeout"),
        ("space: {kind: remote, url: 'http://h', retries: -1}", "space.retries"),
        ("space: {kind: remote, url: 'http://h', api: grpc}", "space.api"),
        ("space: {kind: remote, url: 'http://h', api_key_file: /nonexistent/key}", "space.api_key_file"),
        (
            "space: {kind: remote, url: 'http://h'}\ninput: {key: entity, format: json}\nentity: {value: a}",
            "space.kind"
        ),
    ])
    func whatDoesNotFitIsNamedWithItsMend(yaml: String, key: String) {
        let found = issues(yaml)
        #expect(found.contains { $0.key == key || key == "space.kind" && $0.key == "input.key" }, "\(found)")
        #expect(found.allSatisfy { !$0.expected.isEmpty })
    }

    @Test(arguments: [
        ("space: {url: 'http://h'}", ["space.url"]),
        ("space: {batch: 7, retries: 1}", ["space.batch", "space.retries"]),
        ("space: {batch: 32, retries: 5}", []), ("space: {mask: numbers}", ["space.mask"]),
        ("space: {kind: remote, url: 'http://h', precision: f32}", ["space.precision"]),
        ("space: {kind: remote, url: 'http://h', mask: numbers, prefix: 'query: '}", []),
        (
            "space: {kind: remote, url: 'http://h', input: image, mask: numbers}\ninput: {format: bytes}",
            ["space.mask"]
        ),
    ])
    func whatNothingUsesIsWarnedOf(yaml: String, keys: [String]) throws {
        #expect(try warnings(yaml).map(\.key).sorted() == keys)
    }

    @Test func theKeyComesFromAFileAndNotOverAnOpenLine() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try "secret\n".write(to: folder.appending(path: "key"), atomically: true, encoding: .utf8)
        func load(_ url: String, _ path: String, _ environment: [String: String] = [:]) throws -> LoadedSettings {
            try Settings.parse(
                "space: {kind: remote, url: '\(url)', api_key_file: '\(path)'}",
                file: "c.yaml",
                environment: environment,
                for: .pipe
            )
        }
        let secure = try load("https://h", folder.appending(path: "key").path)
        #expect(secure.settings.space.apiKey == "secret" && secure.warnings.isEmpty)
        // A relative path is a credential of the systemd unit.
        let credential = try load("https://h", "key", ["CREDENTIALS_DIRECTORY": folder.path])
        #expect(credential.settings.space.apiKey == "secret")
        let open = try load("http://h", folder.appending(path: "key").path)
        #expect(open.warnings.map(\.key) == ["space.url"])
        #expect(!"\(open.warnings)".contains("secret"))
    }
}
