/// The tests that a candidate passed or failed, and how good it and the living clusters are.
public struct Verdict: Sendable, Equatable, Codable {
    /// What is compared.
    public enum Subject: String, Sendable, Codable, CaseIterable {
        /// The mean silhouette of held-out records. High is good.
        case silhouette
        /// The Davies-Bouldin index of held-out records. Low is good.
        case daviesBouldin = "davies_bouldin"
        /// How often held-out records and their nearest neighbours share a cluster, beyond chance; asked instead of the
        /// other two where several prototypes stand for a cluster. High is good.
        case neighbourAgreement = "neighbour_agreement"
        /// The share of sampled records that keep their cluster id. High is good.
        case retention = "id_retention"
        /// The share of held-out records that are far from every cluster or beyond the anomaly threshold. Low is good.
        case anomalyRate = "anomaly_rate"

        /// Whether a figure above the limit passes.
        var isHighGood: Bool { self != .daviesBouldin && self != .anomalyRate }

        /// Whether it is a figure of quality, of which one that passes is enough.
        var isQuality: Bool { self != .retention && self != .anomalyRate }
    }

    /// One test, with the figures of both sides.
    public struct Test: Sendable, Equatable, Codable {
        /// What is compared.
        public var name: Subject
        /// The candidate's figure.
        public var candidate: Double
        /// The living model's figure, where there is one.
        public var current: Double?
        /// The least figure that passes, the largest one where low is good.
        public var limit: Double
        /// Whether it passed.
        public var passed: Bool

        init(_ name: Subject, candidate: Double, current: Double?, limit: Double) {
            self.name = name
            self.candidate = candidate
            self.current = current
            self.limit = limit
            passed = name.isHighGood ? candidate >= limit : candidate <= limit
        }

        /// One clause: the outcome and the figures.
        var summary: String {
            let now = current.map { ", now \(Self.rounded($0))" } ?? ""
            let bound = name.isHighGood ? "at least" : "at most"
            return "\(name.rawValue) \(passed ? "passed" : "failed"): \(Self.rounded(candidate))\(now),"
                + " \(bound) \(Self.rounded(limit))"
        }

        private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
    }

    /// How good clusters are, on records that were held out of the fit.
    public struct Figures: Sendable, Equatable, Codable {
        /// The mean silhouette, from -1 to 1; nil with fewer than two clusters.
        public var silhouette: Double?
        /// The Davies-Bouldin index, 0 or more; nil with fewer than two clusters.
        public var daviesBouldin: Double?
        /// The Calinski-Harabasz index, 0 or more; nil with fewer than two clusters.
        public var calinskiHarabasz: Double?
        /// The sum of squared distances to the centroids.
        public var inertia: Double?
        /// Cohen's kappa of the clusters of records and of their nearest neighbours, from -1 to 1; nil with fewer than two
        /// clusters, and where every cluster has a single prototype.
        public var neighbourAgreement: Double?
        /// The share of records that are far from every cluster or beyond the anomaly threshold; nil where there are too
        /// few.
        public var anomalyRate: Double?
        /// The records that were judged.
        public var records: Int

        private enum CodingKeys: String, CodingKey {
            case silhouette
            case daviesBouldin = "davies_bouldin"
            case calinskiHarabasz = "calinski_harabasz"
            case inertia
            case neighbourAgreement = "neighbour_agreement"
            case anomalyRate = "anomaly_rate"
            case records
        }
    }

    /// Whether the candidate became the model.
    public var adopted: Bool
    /// The clusters of the candidate.
    public var clusters: Int
    /// Each test, in the order in which they were made.
    public var tests: [Test]
    /// How good the candidate's clusters are.
    public var candidate: Figures?
    /// How good the living clusters are; nil where there were none.
    public var current: Figures?
    /// The share of held-out variance that the new map between two tiers leaves unexplained; nil where none was fitted.
    public var mapResidual: Double?

    /// The figures of the clusters that are in use from now on.
    public var inUse: Figures? { adopted ? candidate : current }

    private enum CodingKeys: String, CodingKey {
        case adopted, clusters, tests, candidate, current
        case mapResidual = "map_residual"
    }

    /// A candidate passes if no more is wrong with it than one of several figures of quality.
    static func passes(_ tests: [Test]) -> Bool {
        let quality = tests.filter(\.name.isQuality)
        let others = tests.filter { !$0.name.isQuality }
        return (quality.isEmpty || quality.contains(where: \.passed)) && others.allSatisfy(\.passed)
    }

    /// The same with the retention of a later model, which may be the first to have clusters.
    func with(retention: Double?, atLeast limit: Double) -> Verdict {
        var verdict = self
        let place = tests.firstIndex { $0.name == .retention }
        if let place { verdict.tests.remove(at: place) }
        if let retention {
            let test = Test(.retention, candidate: retention, current: nil, limit: limit)
            verdict.tests.insert(test, at: place ?? tests.count)
        }
        verdict.adopted = Self.passes(verdict.tests)
        return verdict
    }

    /// The tests that stood in the way; empty where the candidate was adopted.
    public var decisive: [Test] { adopted ? [] : tests.filter { !$0.passed } }

    /// One sentence: adopted or refused, and the figures, those that decided first.
    public var summary: String {
        let head = "\(adopted ? "adopted" : "refused") \(clusters) clusters"
        let ordered = decisive + tests.filter { test in !decisive.contains(test) }
        return ([head] + ordered.map(\.summary)).joined(separator: "; ")
    }
}
