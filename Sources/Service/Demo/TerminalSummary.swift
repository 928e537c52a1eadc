import Foundation
import Telemetry

/// Draws a daemon's state for a person at a terminal: redrawn in place there, line by line elsewhere.
struct TerminalSummary {
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var drawnLines = 0
    private var lastLine = ""

    /// Draws the present state over the last one.
    mutating func draw(_ report: StatusReport, address: String?) {
        guard isTerminal else {
            if lastLine.isEmpty, let address { print("The page: http://\(address)/") }
            let line = Self.line(report)
            if line != lastLine { print(line) }
            lastLine = line
            // A file or a pipe would hold back what is there to be watched.
            fflush(nil)
            return
        }
        let text = Self.page(report, address: address)
        let up = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\u{1B}[J" : ""
        drawnLines = text.count
        let page = up + text.joined(separator: "\n") + "\n"
        // A terminal that was hung up takes no more.
        try? FileHandle.standardOutput.write(contentsOf: Data(page.utf8))
    }

    private static func line(_ report: StatusReport) -> String {
        "\(report.records.assigned) records, \(Int(report.recordsPerSecond))/s, lag \(lag(report)), "
            + "\(report.model.clusters) clusters, \(report.records.anomalies) anomalies"
    }

    /// The whole picture, at most 100 columns wide.
    static func page(_ report: StatusReport, address: String?) -> [String] {
        var lines = [
            "centroidd \(report.version)  \(report.application)  \(report.state)"
                + (address.map { "  http://\($0)/" } ?? "")
        ]
        lines += report.reasons.map { "not ready: \(cut($0, 88))" }
        lines += [
            "\(report.records.assigned) records   \(Int(report.recordsPerSecond))/s   lag \(lag(report))   "
                + "\(report.model.clusters) clusters   \(report.records.anomalies) anomalies   "
                + "\(report.transactions.committed) transactions",
            "",
            "   share  cluster  label",
        ]
        lines += report.clusters.prefix(12).map { cluster in
            let bar = String(repeating: "█", count: max(0, min(20, Int((cluster.share * 20).rounded()))))
            return "  \(percent(cluster.share))  \(pad(String(cluster.id), 7))  \(cut(cluster.label, 56)) \(bar)"
        }
        if report.clusters.count > 12 { lines.append("          … and \(report.clusters.count - 12) more") }
        lines += ["", "  latest anomalies"]
        if report.anomalies.isEmpty { lines.append("     none yet") }
        lines += report.anomalies.prefix(6).map { anomaly in
            "  \(probability(anomaly.tail))  \(pad(anomaly.reason, 5))  \(cut(anomaly.text, 76))"
        }
        return lines
    }

    private static func lag(_ report: StatusReport) -> String {
        String(report.partitions.compactMap(\.lag).reduce(0, +))
    }

    /// A tail that was estimated as 0 is only known to be small.
    private static func probability(_ tail: Double) -> String {
        tail < 1e-9 ? "p<1e-09 " : "p=\(String(format: "%.1e", tail))"
    }

    private static func percent(_ share: Double) -> String { String(format: "%5.1f %%", share * 100) }

    private static func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }

    /// Control characters of a log line must not reach the terminal.
    private static func cut(_ text: String, _ width: Int) -> String {
        TerminalText.line(text, width: width)
    }
}
