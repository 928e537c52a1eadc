public import Clustering
import Foundation
public import Templates

/// What happened to the model, as published on `<application>.events`.
public enum ModelEvent: Sendable {
    /// A cluster was born, kept, moved, split, merged or retired.
    case lineage(LineageEvent)
    /// A reclustering was adopted or refused, and why.
    case verdict(Verdict, version: UInt64)
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
        case .template(let event):
            let related = event.related.isEmpty ? "" : " (\(event.related.map(String.init).joined(separator: ", ")))"
            return "template \(event.template) \(event.kind.rawValue)\(related): \(event.text)"
        }
    }

    /// A short word: the lineage kind, or `recluster`.
    public var kind: String {
        switch self {
        case .lineage(let event): event.kind.rawValue
        case .verdict: "recluster"
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
        case .template(let event): return Array(try encoder.encode(TemplateRecord(kind: kind, event)))
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

    private struct VerdictRecord: Encodable {
        var kind = "recluster"
        var version: UInt64
        var verdict: Verdict
    }
}
