import Foundation
import Settings
import Telemetry
import Testing

@testable import Service

@Suite("What the client commands print")
struct ClientRunTests {
    private func anomaly(_ offset: Int64, text: String = "odd") -> StatusReport.Anomaly {
        .init(
            time: 1_700_000_000_000 + offset,
            cluster: 3,
            label: "a b",
            text: text,
            score: 1,
            tail: 0.001,
            reason: "far",
            topic: "logs",
            partition: 2,
            offset: offset
        )
    }

    /// A report that has the anomalies of `offsets`, after `total` since the start.
    private func report(_ offsets: ClosedRange<Int64>, total: Int, started: Int64 = 1) -> StatusReport {
        var report = StatusReport()
        report.started = started
        report.anomalies = offsets.reversed().map { anomaly($0) }
        report.records.anomalies = total
        return report
    }

    @Test func everyAnomalyIsShownOnceAndOldestFirst() {
        var follower = AnomalyFollower()
        let first = follower.take(report(1...50, total: 70))
        #expect(first.fresh.map(\.offset) == Array(1...50) && first.missed == 0, "what was before is not missed")
        #expect(follower.take(report(1...50, total: 70)).fresh.isEmpty)
        #expect(follower.take(report(4...53, total: 73)).fresh.map(\.offset) == [51, 52, 53])
        let burst = follower.take(report(101...150, total: 170))
        #expect(burst.fresh.count == 50 && burst.missed == 47)
        // Another start of the daemon counts from 0.
        let restarted = follower.take(report(200...201, total: 2, started: 2))
        #expect(restarted.fresh.count == 2 && restarted.missed == 0)
    }

    @Test func textOfRecordsDoesNotSteerTheTerminal() {
        let line = AnomalyFollower.line(anomaly(7, text: "\u{1B}[2Jgone\nnext"))
        #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(line.contains("logs-2@7") && line.contains("p=1.0e-03") && line.contains("2023-11-14T22:13:20Z"))
    }

    @Test func clustersAreATable() {
        let lines = ClusterTable.lines([
            .init(id: 12, label: "disk quota", weight: 10.25, share: 0.9, radius: 0.1, lastSeen: 1_700_000_000_000),
            .init(id: 3, label: "", weight: 1, share: 0.1, radius: 0.25),
        ])
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("cluster   share  weight  radius  last seen"))
        #expect(lines[1] == "     12  90.0 %    10.2  0.1000  2023-11-14T22:13:20Z  disk quota")
        #expect(lines[2].hasPrefix("      3  10.0 %     1.0  0.2500  -  "))
        #expect(ClusterTable.lines([]) == ["no clusters yet"])
    }

    @Test func theAddressIsTheConfigurationsUnlessGiven() throws {
        func settings(_ listen: String) throws -> Settings {
            try Settings.parse("http: {listen: '\(listen)'}", file: "c.yaml", for: .pipe).settings
        }
        #expect(try ClientRun(settings: Settings(), url: nil, json: false).url == "http://127.0.0.1:8080")
        #expect(
            try ClientRun(settings: try settings("0.0.0.0:9000"), url: nil, json: false).url == "http://127.0.0.1:9000"
        )
        #expect(try ClientRun(settings: try settings("[::]:9000"), url: nil, json: false).url == "http://[::1]:9000")
        #expect(try ClientRun(settings: Settings(), url: "http://h:1/", json: false).url == "http://h:1")
        for listen in ["off", "127.0.0.1:0"] {
            let settings = try settings(listen)
            #expect(throws: Exit.self) { try ClientRun(settings: settings, url: nil, json: false) }
        }
    }
}
