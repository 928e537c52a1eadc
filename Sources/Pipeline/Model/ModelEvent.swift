public import Clustering
import Foundation

/// What happened to the model, as published on `<application>.events`.
public enum ModelEvent: Sendable {
    /// A cluster was born, kept, moved, split, merged or retired.
    case lineage(LineageEvent)
    /// A reclustering was adopted or refused, and why.
    case verdict(Verdict, clusters: Int, version: UInt64)

    /// One line for a person.
    public var summary: String {
        switch self {
        case .lineage(let event):
            let related = event.related.isEmpty ? "" : " (\(event.related.map(String.init).joined(separator: ", ")))"
            return "cluster \(event.cluster) \(event.kind.rawValue)\(related): \(event.label)"
        case .verdict(let verdict, let clusters, _):
            return "reclustering \(verdict.adopted ? "adopted" : "refused"), \(clusters) clusters: \(verdict.summary)"
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
        case .verdict(let verdict, let clusters, let version):
            return Array(try encoder.encode(VerdictRecord(verdict: verdict, clusters: clusters, version: version)))
        }
    }

    private struct VerdictRecord: Encodable {
        struct Test: Encodable {
            var name: String
            var candidate: Double
            var current: Double?
            var limit: Double
            var passed: Bool
        }

        var kind = "recluster"
        var adopted: Bool
        var summary: String
        var clusters: Int
        var version: UInt64
        var tests: [Test]

        init(verdict: Verdict, clusters: Int, version: UInt64) {
            adopted = verdict.adopted
            summary = verdict.summary
            self.clusters = clusters
            self.version = version
            tests = verdict.tests.map {
                Test(
                    name: $0.name, candidate: $0.candidate, current: $0.current, limit: $0.limit, passed: $0.passed)
            }
        }
    }
}
