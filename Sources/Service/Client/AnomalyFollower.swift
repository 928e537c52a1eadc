import Foundation
import Telemetry

/// Tells the anomalies of a report from those that were in the one before.
struct AnomalyFollower {
    private struct Source: Hashable {
        var topic: String
        var partition: Int32
        var offset: Int64
        var time: Int64
    }

    private var seen: Set<Source> = []
    private var started: Int64?
    private var total = 0

    /// What is new, oldest first, and how many anomalies were gone before they could be taken.
    mutating func take(_ report: StatusReport) -> (fresh: [StatusReport.Anomaly], missed: Int) {
        let sources = report.anomalies.map {
            Source(topic: $0.topic, partition: $0.partition, offset: $0.offset, time: $0.time)
        }
        let fresh = zip(report.anomalies, sources).filter { !seen.contains($0.1) }.map(\.0)
        // A daemon that was started anew counts from 0.
        let before = started == report.started ? total : 0
        let missed = started == nil ? 0 : max(0, report.records.anomalies - before - fresh.count)
        (seen, started, total) = (Set(sources), report.started, report.records.anomalies)
        return (fresh.reversed(), missed)
    }

    /// An anomaly in a line for a person.
    static func line(_ anomaly: StatusReport.Anomaly) -> String {
        let place = "\(anomaly.topic)-\(anomaly.partition)@\(anomaly.offset)"
        let cluster = anomaly.cluster.map { "\($0) \(TerminalText.line(anomaly.label, width: 40))" } ?? "-"
        let tail = anomaly.tail < 1e-9 ? "p<1e-09" : "p=\(String(format: "%.1e", anomaly.tail))"
        let time = TerminalText.time(anomaly.time)
        return
            "\(time)  \(tail)  \(anomaly.reason)  \(place)  [\(cluster)]  \(TerminalText.line(anomaly.text, width: 200))"
    }
}
