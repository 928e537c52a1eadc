import Synchronization

/// The text that Prometheus reads.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
public enum Exposition {
    /// The media type to serve it under.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func write(_ families: [String: MetricsRegistry.Family]) -> String {
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            text += "# HELP \(name) \(escapedHelp(family.definition.help))\n"
            text += "# TYPE \(name) \(family.definition.kind.keyword)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                switch series {
                case .scalar(let scalar): text += "\(name)\(braces(labels)) \(number(scalar.value))\n"
                case .histogram(let histogram): text += lines(of: histogram.snapshot, name, labels)
                }
            }
        }
        return text
    }

    private static func lines(
        of histogram: HistogramSeries.Snapshot,
        _ name: String,
        _ labels: MetricLabels
    ) -> String {
        var text = ""
        var cumulative: UInt64 = 0
        for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
            cumulative += count
            text += "\(name)_bucket\(braces(labels, upTo: bound)) \(cumulative)\n"
        }
        text += "\(name)_sum\(braces(labels)) \(number(histogram.sum))\n"
        text += "\(name)_count\(braces(labels)) \(cumulative)\n"
        return text
    }

    private static func braces(_ labels: MetricLabels, upTo bound: Double? = nil) -> String {
        var parts = labels.pairs.map { "\($0.name)=\"\(escapedLabel($0.value))\"" }
        if let bound { parts.append("le=\"\(number(bound))\"") }
        return parts.isEmpty ? "" : "{" + parts.joined(separator: ",") + "}"
    }

    /// Whole numbers without a fraction, the infinities and not-a-number as the format spells them.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }

    static func escapedHelp(_ text: String) -> String {
        text.map { $0 == "\\" ? "\\\\" : $0.isNewline ? "\\n" : String($0) }.joined()
    }

    static func escapedLabel(_ text: String) -> String {
        text.map { $0 == "\\" ? "\\\\" : $0 == "\"" ? "\\\"" : $0.isNewline ? "\\n" : String($0) }.joined()
    }
}

extension MetricsRegistry {
    /// All series in the Prometheus text format, ordered by name and labels.
    public func exposition() -> String {
        Exposition.write(families.withLock { $0 })
    }
}
