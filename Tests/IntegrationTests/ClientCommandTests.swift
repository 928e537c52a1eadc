import Foundation
import TestSupport
import Testing

@testable import Service

/// The commands that talk to a running daemon, against the real one.
@Suite("Commands that ask a running daemon", .timeLimit(.minutes(5)))
struct ClientCommandTests {
    private func run(_ arguments: [String]) async throws -> DaemonProcess.Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "test.command").async {
                continuation.resume(with: Result { try DaemonProcess.run(arguments) })
            }
        }
    }

    @Test func statusClustersAnomaliesAndRecluster() async throws {
        let (kafka, scratch) = (try KafkaUnderTest(), try Scratch())
        try kafka.produce(Array(try KafkaUnderTest.logLines().prefix(4000)))
        let path = try kafka.configuration(in: scratch.folder)
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacingOccurrences(of: "http: {listen: off}", with: "http: {listen: '127.0.0.1:0'}")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let daemon = try DaemonProcess(["run", "--config", path], scratch: scratch.folder)
        #expect(try await kafka.waitForOutput(4000), "\(daemon.errors)")
        let url = "http://" + (try #require(daemon.address))

        let status = try await run(["status", "--json", "--url", url])
        #expect(status.code == 0, "\(status.errors)")
        let report = try JSONSerialization.jsonObject(with: status.output) as? [String: Any]
        #expect(report?["application"] as? String == kafka.application)
        let page = String(decoding: try await run(["status", "--url", url]).output, as: UTF8.self)
        #expect(page.contains(kafka.application) && page.contains("running"), "\(page)")

        let verdict = try await run(["recluster", "--url", url])
        #expect(verdict.code == 0, "\(verdict.errors)")
        let words = String(decoding: verdict.output, as: UTF8.self)
        #expect(words.contains("adopted") || words.contains("refused"), "\(words)")

        let clusters = try await run(["clusters", "--json", "--url", url])
        let list = try JSONSerialization.jsonObject(with: clusters.output) as? [[String: Any]]
        #expect((list?.count ?? 0) > 1 && list?.allSatisfy { $0["id"] is Int } == true, "\(clusters.errors)")
        let anomalies = try await run(["anomalies", "--json", "--url", url])
        #expect(anomalies.code == 0, "\(anomalies.errors)")

        daemon.signal(SIGTERM)
        #expect(try await daemon.code(within: 40) == 0, "\(daemon.errors)")
        for command in ["status", "clusters", "anomalies", "recluster"] {
            let result = try await run([command, "--url", url])
            #expect(result.code == 69 && result.errors.contains(url), "\(command): \(result.errors)")
        }
    }

    @Test func withoutAnAddressTheMendIsSaid() async throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "off.yaml")
        try "http: {listen: off}\n".write(to: file, atomically: true, encoding: .utf8)
        let result = try await run(["status", "--config", file.path])
        #expect(result.code == 78 && result.errors.contains("--url"), "\(result.errors)")
    }
}

extension DaemonProcess {
    /// Where its status server listens; nil until it does.
    var address: String? {
        errors.firstMatch(of: /status server listening.*address=(127[0-9.:]+)/).map { String($0.1) }
    }
}
