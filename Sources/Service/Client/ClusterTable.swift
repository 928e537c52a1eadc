import Foundation
import Telemetry

/// Clusters as a table for a person.
enum ClusterTable {
    /// A line a cluster below a heading.
    static func lines(_ clusters: [StatusReport.Cluster]) -> [String] {
        guard !clusters.isEmpty else { return ["no clusters yet"] }
        let rows = clusters.map { cluster in
            [
                String(cluster.id), String(format: "%.1f %%", cluster.share * 100),
                String(format: "%.1f", cluster.weight),
                String(format: "%.4f", cluster.radius), cluster.lastSeen.map(TerminalText.time) ?? "-",
                TerminalText.line(cluster.label, width: 80),
            ]
        }
        return TerminalText.table(["cluster", "share", "weight", "radius", "last seen", "label"], rows, leftColumns: 2)
    }
}

/// Text for a terminal: what came from records must not steer it.
enum TerminalText {
    /// At most `width` characters without control characters.
    static func line(_ text: String, width: Int) -> String {
        let clean = String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
        return clean.count <= width ? clean : String(clean.prefix(width - 1)) + "…"
    }

    /// Milliseconds since the epoch, to the second.
    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }

    /// Columns of equal width; figures to the right, the last `leftColumns` to the left.
    static func table(_ heading: [String], _ rows: [[String]], leftColumns: Int) -> [String] {
        let all = [heading] + rows
        let widths = heading.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                guard column >= row.count - leftColumns else { return space + row[column] }
                return column == row.count - 1 ? row[column] : row[column] + space
            }
            return cells.joined(separator: "  ")
        }
    }
}
