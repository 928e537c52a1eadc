import Foundation
import Testing

@testable import Settings

private func load(
    _ yaml: String,
    environment: [String: String] = [:],
    for purpose: Settings.Purpose = .pipe
) throws -> LoadedSettings {
    try Settings.parse(yaml, file: "c.yaml", environment: environment, for: purpose)
}

@Suite struct ReadingTests {
    @Test func everySectionIsRead() throws {
        let settings = try load(
            """
            application: checkout-logs
            kafka:
              bootstrap_servers: "a:9092, b:9093"
              instance: worker-1
              session_timeout: 1m
              properties: {linger.ms: 5, security.protocol: SASL_SSL, enable.something: true}
            input:  {topics: [logs, audit], format: json, key: drop, from: latest, maximum_record: 2MiB}
            space:  {kind: text, field: message, maximum_tokens: 128}
            clusters: {metric: euclidean, half_life: 6h, birth: 0.4, maximum: 2k, seed: 7, step: 50}
            recluster: {every: 50k records, algorithm: kmeans, k: 12, sample: 5k, maximum_k: 64}
            anomalies: {false_alarm_rate: 0.01, heavy_share: 0.05}
            output: {topic: out, delivery: at_least_once, on_error: skip, events_topic: ev,
                     commit_interval: 250ms, text: true}
            http:   {listen: "[::1]:0"}
            pipeline: {memory: 64MiB, lanes: 4, batch: 256, drain_timeout: 10s}
            log: {level: debug, format: json}
            """,
            for: .daemon
        ).settings
        #expect(settings.application == "checkout-logs")
        #expect(settings.kafka.bootstrapServers == "a:9092, b:9093")
        #expect(settings.kafka.sessionTimeout == .seconds(60))
        #expect(
            settings.kafka.properties == [
                "linger.ms": "5", "security.protocol": "SASL_SSL", "enable.something": "true",
            ]
        )
        #expect(settings.input.topics == ["logs", "audit"])
        #expect(settings.input.format == .json && settings.input.key == .drop && settings.input.from == .latest)
        #expect(settings.input.maximumRecord == 2 << 20)
        #expect(settings.space.field == "message" && settings.space.maximumTokens == 128)
        #expect(settings.clusters.metric == .euclidean && settings.clusters.halfLife == .time(.seconds(21_600)))
        #expect(settings.clusters.birth == 0.4 && settings.clusters.maximum == 2000 && settings.clusters.seed == 7)
        #expect(settings.recluster.every == .records(50_000) && settings.recluster.k == 12)
        #expect(settings.anomalies.falseAlarmRate == 0.01)
        #expect(settings.output.delivery == .atLeastOnce && settings.output.onError == .skip && settings.output.text)
        #expect(settings.output.commitInterval == .milliseconds(250))
        #expect(settings.http.listen == ListenAddress(host: "::1", port: 0))
        #expect(settings.pipeline.memory == 64 << 20 && settings.pipeline.lanes == 4)
        #expect(settings.log.level == .debug && settings.log.format == .json)
    }

    @Test func theExampleOfTheReadmeIsAccepted() throws {
        let loaded = try load(
            """
            application: checkout-logs            # names the consumer group, the transactional id and our topics
            kafka:
              bootstrap_servers: localhost:9092
              properties: {}
            input:  {topics: [logs], format: text, key: keep}      # text | json | vector
            space:  {kind: text, field: message}
            clusters: {metric: cosine, half_life: 100k records, birth: auto, maximum: 1024}
            recluster: {every: 10m, algorithm: auto, k: auto, sample: auto}
            anomalies: {false_alarm_rate: 0.001}
            output: {topic: assignments, delivery: exactly_once, on_error: dead_letter}
            http:   {listen: 127.0.0.1:8080}
            """,
            for: .daemon
        )
        var expected = Settings()
        expected.application = "checkout-logs"
        expected.kafka.bootstrapServers = "localhost:9092"
        expected.input.topics = ["logs"]
        expected.space.field = "message"
        expected.clusters.metric = .cosine
        #expect(loaded.settings == expected)
        #expect(loaded.warnings.isEmpty)
    }

    @Test func aPrefixMayBeEmptyOrLeftToTheModel() throws {
        #expect(try load("space: {prefix: 'query: '}").settings.space.prefix == "query: ")
        #expect(try load("space: {prefix: ''}").settings.space.prefix == "")
        #expect(try load("space: {prefix: auto}").settings.space.prefix == nil)
        #expect(throws: SettingsError.self) { try load("space: {prefix: 12}") }
        #expect(try load("space: {prefix: 'query: '}").warnings.map(\.key) == ["space.prefix"])
    }

    @Test func anEmptyFileMeansTheDefaultsWhereNoKafkaIsUsed() throws {
        #expect(try load("").settings == Settings())
        #expect(try load("kafka:\nhttp: ~\n").settings == Settings())
        #expect(
            try load("http: {listen: off}\nrecluster: {every: off}\nclusters: {half_life: none}").settings.http.listen
                == nil
        )
    }

    @Test func theDaemonNeedsToKnowWhatToRead() throws {
        let error = try #require(throws: SettingsError.self) { try load("", for: .daemon) }
        #expect(error.issues.map(\.key) == ["application", "kafka.bootstrap_servers", "input.topics"])
        #expect(error.description.contains("CENTROIDD_KAFKA__BOOTSTRAP_SERVERS"))
    }

    @Test func filesAreReadAndTheirAbsenceIsExplained() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("log: {level: error}\n".utf8).write(to: file)
        #expect(try Settings.load(file: file.path, environment: [:], for: .pipe).settings.log.level == .error)
        #expect(try Settings.load(file: nil, environment: [:], for: .pipe).settings == Settings())
        try Data([0x61, 0xff, 0x0a]).write(to: file)
        for (path, found) in [(file.path, "not UTF-8"), ("/nonexistent/c.yaml", "no such file"), ("/tmp", "a folder")] {
            let error = try #require(throws: SettingsError.self) {
                try Settings.load(file: path, environment: [:], for: .pipe)
            }
            #expect(error.description.contains(found) && error.description.contains(path))
        }
    }

    @Test func theEnvironmentOverridesTheFile() throws {
        let loaded = try load(
            "kafka: {bootstrap_servers: a:1}\nlog: {level: nonsense}",
            environment: [
                "CENTROIDD_KAFKA__BOOTSTRAP_SERVERS": "b:9092", "CENTROIDD_APPLICATION": "42",
                "CENTROIDD_INPUT__TOPICS": "[x, y]", "CENTROIDD_CLUSTERS__MAXIMUM": "20k",
                "CENTROIDD_HTTP__LISTEN": "[::1]:8081", "CENTROIDD_KAFKA__PROPERTIES": "{linger.ms: 7}",
                "CENTROIDD_LOG__LEVEL": "debug", "CENTROIDD_DATA": "/data", "PATH": "/bin",
            ],
            for: .daemon
        )
        #expect(loaded.settings.kafka.bootstrapServers == "b:9092")
        #expect(loaded.settings.application == "42")
        #expect(loaded.settings.input.topics == ["x", "y"])
        #expect(loaded.settings.clusters.maximum == 20_000)
        #expect(loaded.settings.http.listen == ListenAddress(host: "::1", port: 8081))
        #expect(loaded.settings.kafka.properties == ["linger.ms": "7"])
        #expect(loaded.settings.log.level == .debug)
        #expect(loaded.places["log.level"] == .variable("CENTROIDD_LOG__LEVEL"))
    }

    @Test func wrongVariablesAreNamed() throws {
        let error = try #require(throws: SettingsError.self) {
            try load(
                "",
                environment: ["CENTROIDD_KAFKA__BOOTSTRAP_SERVER": "b:9092", "CENTROIDD_PIPELINE__MEMORY": "64"]
            )
        }
        #expect(
            error.issues.map(\.place.description).sorted() == [
                "CENTROIDD_KAFKA__BOOTSTRAP_SERVER", "CENTROIDD_PIPELINE__MEMORY",
            ]
        )
        #expect(error.description.contains("Did you mean `CENTROIDD_KAFKA__BOOTSTRAP_SERVERS`?"))
        let loaded = try load("", environment: ["CENTROIDD_LOG_LEVEL": "debug", "CENTROIDD_SERVICE_HOST": "10.0.0.1"])
        #expect(loaded.warnings.map(\.mend) == ["Did you mean `CENTROIDD_LOG__LEVEL`?"])
    }

    @Test func secretsComeFromFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secrets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("hunter2\n".utf8).write(to: folder.appending(path: "password"))
        for (path, environment) in [
            (folder.path + "/password", [:]), ("password", ["CREDENTIALS_DIRECTORY": folder.path]),
        ] {
            let kafka = try load("kafka: {properties: {sasl.password_file: \(path)}}", environment: environment)
                .settings.kafka
            #expect(kafka.properties == ["sasl.password": "hunter2"])
            #expect(kafka.secrets == ["sasl.password"])
            #expect("\(kafka)".contains("sasl.password=***"))
            #expect(!"\(kafka)".contains("hunter2"))
        }
        let missing = try #require(throws: SettingsError.self) {
            try load("kafka:\n  properties: {sasl.password_file: /nonexistent/x, sasl.password: y}")
        }
        #expect(missing.issues[0].found.contains("both"))
        let unreadable = try #require(throws: SettingsError.self) {
            try load("kafka:\n  properties: {sasl.password_file: /nonexistent/x}")
        }
        #expect(
            unreadable.description.contains(
                "c.yaml:2:15: kafka.properties.sasl.password_file: found the file /nonexistent/x"
            )
        )
    }
}
