import Foundation
import Testing

@testable import Telemetry

@Suite struct StatusReportTests {
    @Test func jsonIsSnakeCaseAndComesBack() throws {
        var report = StatusReport()
        report.application = "checkout"
        report.records.deadLettered = 3
        report.partitions = [.init(topic: "logs", partition: 1, position: 10, end: 25)]
        report.transactions.lastCommitMs = 4.5
        report.model.threshold = .infinity
        report.clusters = [.init(id: 7, label: "<b>", weight: 2, share: 0.5, radius: .nan, representatives: ["x"])]
        report.anomalies = [
            .init(
                time: 1,
                cluster: nil,
                label: "",
                text: "t",
                score: 1,
                tail: 0.1,
                reason: "far",
                topic: "logs",
                partition: 0,
                offset: 5
            )
        ]
        let data = try report.json()
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("\"dead_lettered\":3"))
        #expect(text.contains("\"last_commit_ms\":4.5"))
        #expect(text.contains("\"radius\":\"NaN\""))
        #expect(text.contains("\"in_flight_bytes\":0"))
        let back = try StatusReport(json: data)
        #expect(back.partitions == report.partitions)
        #expect(back.partitions[0].lag == 15)
        #expect(back.anomalies == report.anomalies)
        #expect(back.clusters[0].radius.isNaN)
        #expect(back.model.threshold == .infinity)
    }

    @Test func lagIsNeverNegativeAndUnknownWithoutAnEnd() {
        #expect(StatusReport.Partition(topic: "t", partition: 0, position: 9, end: 5).lag == 0)
        #expect(StatusReport.Partition(topic: "t", partition: 0, position: 9, end: nil).lag == nil)
    }
}
