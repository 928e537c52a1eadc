public import Clustering
import Foundation
public import Templates

/// What happened to the model, as published on `<application>.events`.
public enum ModelEvent: Sendable {
    /// A cluster was born, kept, moved, split, merged or retired.
    case lineage(LineageEvent)
    /// A reclustering was adopted or refused, and why.
    case verdict(Verdict, version: UInt64)
    /// Alarms of one cluster began, have grown tenfold, or are over.
    case incident(IncidentEvent)
    /// An operator said what a cluster is.
    case feedback(Feedback)
    /// Something about the model or its stream is wrong from now on, or no longer.
    case finding(Finding, lasts: Bool, version: UInt64)
    /// A template was born, merged, split or retired.
    case template(TemplateEvent)

    /// One line for a person.
    public var summary: String {
        switch self {
        case .lineage(let event):
            let related = event.related.isEmpty ? "" : " (\(event.related.map(String.init).joined(separator: ", ")))"
            return "cluster \(event.cluster) \(event.kind.rawValue)\(related): \(event.label)"
        case .verdict(let verdict, _):
            return "reclustering \(verdict.adopted ? "adopted" : "refused"): \(verdict.summary)"
        case .incident(let event):
            let incident = event.incident
            return "incident of cluster \(incident.cluster) \(event.state.rawValue), \(incident.count) alarms: "
                + incident.label
        case .feedback(let feedback):
            return "cluster \(feedback.cluster) is \(feedback.standing?.rawValue ?? "unmarked"): \(feedback.label)"
        case .finding(let finding, let lasts, _):
            return lasts ? "\(finding.rawValue): \(finding.advice)" : "\(finding.rawValue) is over"
        case .template(let event):
            let related = event.related.isEmpty ? "" : " (\(event.related.map(String.init).joined(separator: ", ")))"
            return "template \(event.template) \(event.kind.rawValue)\(related): \(event.text)"
        }
    }

    /// A short word: the lineage kind, `recluster`, `incident`, `feedback` or `diagnosis`.
    public var kind: String {
        switch self {
        case .lineage(let event): event.kind.rawValue
        case .verdict: "recluster"
        case .incident: "incident"
        case .feedback: "feedback"
        case .finding: "diagnosis"
        case .template(let event): "template_\(event.kind.rawValue)"
        }
    }

    /// The JSON record (UTF-8).
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        switch self {
        case .lineage(let event): return Array(try encoder.encode(event))
        case .verdict(let verdict, let version):
            return Array(try encoder.encode(VerdictRecord(version: version, verdict: verdict)))
        case .incident(let event): return Array(try encoder.encode(IncidentRecord(event: event)))
        case .feedback(let feedback): return Array(try encoder.encode(FeedbackRecord(feedback: feedback)))
        case .finding(let finding, let lasts, let version):
            let record = FindingRecord(
                version: version,
                finding: finding,
                state: lasts ? "began" : "ended",
                advice: lasts ? finding.advice : nil
            )
            return Array(try encoder.encode(record))
        case .template(let event): return Array(try encoder.encode(TemplateRecord(kind: kind, event)))
        }
    }

    private struct IncidentRecord: Encodable {
        private enum CodingKeys: String, CodingKey { case kind, state, version }

        var event: IncidentEvent

        func encode(to encoder: any Encoder) throws {
            try event.incident.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("incident", forKey: .kind)
            try container.encode(event.state, forKey: .state)
            try container.encode(event.version, forKey: .version)
        }
    }

    private struct FeedbackRecord: Encodable {
        private enum CodingKeys: String, CodingKey { case kind, cluster, label, verdict, version }

        var feedback: Feedback

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode("feedback", forKey: .kind)
            try container.encode(feedback.cluster, forKey: .cluster)
            try container.encode(feedback.label, forKey: .label)
            try container.encode(feedback.standing, forKey: .verdict)
            try container.encode(feedback.version, forKey: .version)
        }
    }

    private struct TemplateRecord: Encodable {
        var kind: String
        var template: Int
        var related: [Int]
        var text: String
        var line: UInt64

        init(kind: String, _ event: TemplateEvent) {
            self.kind = kind
            (template, related, text, line) = (event.template, event.related, event.text, event.line)
        }
    }

    private struct FindingRecord: Encodable {
        var kind = "diagnosis"
        var version: UInt64
        var finding: Finding
        var state: String
        var advice: String?
    }

    private struct VerdictRecord: Encodable {
        var kind = "recluster"
        var version: UInt64
        var verdict: Verdict
    }
}

/// What an operator said of a cluster.
public struct Feedback: Sendable, Equatable {
    /// The cluster.
    public var cluster: Int
    /// Its label.
    public var label: String
    /// What it is; nil where a mark was taken back.
    public var standing: Standing?
    /// The version of the model that knows it.
    public var version: UInt64
}
