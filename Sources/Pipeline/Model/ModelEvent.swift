public import Clustering
import Foundation

/// What happened to the model, as published on `<application>.events`.
public enum ModelEvent: Sendable {
    /// A cluster was born, kept, moved, split, merged or retired.
    case lineage(LineageEvent)
    /// A reclustering was adopted or refused, and why.
    case verdict(Verdict, version: UInt64)

    /// One line for a person.
    public var summary: String {
        switch self {
        case .lineage(let event):
            let related = event.related.isEmpty ? "" : " (\(event.related.map(String.init).joined(separator: ", ")))"
            return "cluster \(event.cluster) \(event.kind.rawValue)\(related): \(event.label)"
        case .verdict(let verdict, _):
            return "reclustering \(verdict.adopted ? "adopted" : "refused"): \(verdict.summary)"
        }
    }

    /// A short word: the lineage kind, or `recluster`.
    public var kind: String {
        switch self {
        case .lineage(let event): event.kind.rawValue
        case .verdict: "recluster"
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
        }
    }

    private struct VerdictRecord: Encodable {
        var kind = "recluster"
        var version: UInt64
        var verdict: Verdict
    }
}
