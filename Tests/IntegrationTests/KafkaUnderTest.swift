import Foundation
import KafkaLog
import Streams
import TestSupport

@testable import Service

/// The cluster that integration tests run on: the real one that `KAFKA_BOOTSTRAP_SERVERS` names, or the embedded
/// broker. Topic and group names are unique per run.
final class KafkaUnderTest: Sendable {
    /// A real cluster, when one is named.
    static let realServers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]

    let servers: String
    let application = "centroidd-test-\(UUID().uuidString.prefix(8).lowercased())"
    let log: KafkaRecordLog
    private let embedded: EmbeddedBroker?

    var isReal: Bool { embedded == nil }
    var input: String { "\(application).input" }
    var output: String { "\(application).output" }

    init(partitions: Int = 4) throws {
        embedded = Self.realServers == nil ? try EmbeddedBroker() : nil
        servers = Self.realServers ?? embedded?.bootstrapServers ?? ""
        var options = KafkaOptions(bootstrapServers: servers)
        options.properties = ["fetch.wait.max.ms": "10", "message.max.bytes": "20000000"]
        log = try KafkaRecordLog(options: options)
        if let embedded {
            try embedded.createTopic(input, partitions: partitions)
            try embedded.createTopic(output, partitions: partitions)
            for name in ["model", "events", "dead-letter"] {
                try embedded.createTopic("\(application).\(name)", partitions: 1)
            }
            for name in ["entities", "sessions"] {
                try embedded.createTopic("\(application).\(name)", partitions: partitions)
            }
        } else {
            try log.createMissing([
                TopicDefinition(name: input, partitions: partitions),
                TopicDefinition(name: output, partitions: partitions),
            ])
        }
    }

    /// A configuration for a daemon on this cluster. Small vectors and a small sample: the embedded broker keeps only
    /// 5 MiB of a partition.
    func configuration(in folder: URL, extra: String = "") throws -> String {
        let path = folder.appending(path: "centroidd.yaml").path
        try """
        application: \(application)
        kafka:
          bootstrap_servers: "\(servers)"
          properties: {fetch.wait.max.ms: "10", message.max.bytes: "20000000", fetch.message.max.bytes: "20000000"}
        input: {topics: [\(input)], format: text}
        space: {kind: text, dimension: 64}
        clusters: {half_life: none, maximum: 64}
        recluster: {every: 5k records, sample: 200}
        output: {topic: \(output), commit_interval: 200ms}
        http: {listen: off}
        \(extra)
        """.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Writes values round the partitions and waits for their delivery.
    func produce(_ values: [[UInt8]?], partitions: Int = 4) throws {
        try send(
            values.enumerated().map { index, value in
                OutgoingRecord(topic: input, partition: Int32(index % partitions), value: value)
            }
        )
    }

    /// Writes records and waits for their delivery.
    func send(_ records: [OutgoingRecord]) throws {
        let producer = try log.makeProducer(transactionalID: nil)
        defer { producer.close() }
        for record in records { try producer.send(record) }
        try producer.flush()
    }

    /// Writes values round the partitions, a little at a time.
    func feed(_ values: [[UInt8]?], for duration: Duration) async throws {
        let portion = 4 * max(1, values.count / 400)
        for start in stride(from: 0, to: values.count, by: portion) {
            try produce(Array(values[start..<min(start + portion, values.count)]))
            try await Task.sleep(for: duration * portion / values.count)
        }
    }

    /// Source coordinates of the whole output, read committed, in the order of each output partition.
    func outputSources() throws -> [TopicPartition: [Int64]] {
        var sources: [TopicPartition: [Int64]] = [:]
        try log.readAll(topic: output) { record in
            func header(_ name: String) -> String? {
                record.headers.first { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
            }
            guard let topic = header("source-topic"), let partition = header("source-partition").flatMap({ Int32($0) }),
                let offset = header("source-offset").flatMap({ Int64($0) })
            else { return }
            sources[TopicPartition(topic: topic, partition: partition), default: []].append(offset)
        }
        return sources
    }

    func outputCount() throws -> Int { try outputSources().values.reduce(0) { $0 + $1.count } }

    /// Waits until the output holds `count` records.
    func waitForOutput(_ count: Int, seconds: Double = 60) async throws -> Bool {
        try await wait(seconds: seconds) { try outputCount() >= count }
    }

    /// Waits until something holds.
    func wait(seconds: Double, _ condition: () throws -> Bool) async throws -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while Date() < deadline {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// 20,000 log lines: the ten systems of Loghub where the data is there, generated traffic where not.
    static func logLines() throws -> [[UInt8]?] {
        if SharedData.isPresent {
            let folder = SharedData.root.appending(path: "logs/loghub2k")
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "log" }.sorted { $0.path < $1.path }
            let lines = try files.flatMap { file in
                try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).map { line -> [UInt8]? in
                    Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
                }
            }
            if lines.count >= 19_000 { return lines }
        }
        var generator = LogGenerator(seed: 7)
        return (0..<20_000).map { _ in Array(generator.next().utf8) }
    }
}
