/// What became of a candidate.
public struct Adoption: Sendable {
    /// The next version of the model, or the old one where the candidate was refused.
    public var model: Model
    /// What happened to each id; empty where the candidate was refused.
    public var lineage: [LineageEvent]
    /// Why.
    public var verdict: Verdict
}

/// The tests that a candidate passed or failed.
public struct Verdict: Sendable, Equatable, Codable {
    /// One test, with the figures of both sides.
    public struct Test: Sendable, Equatable, Codable {
        /// What is compared: `silhouette` or `id_retention`.
        public var name: String
        /// The candidate's figure.
        public var candidate: Double
        /// The living model's figure, where there is one.
        public var current: Double?
        /// The least figure that passes.
        public var limit: Double
        /// Whether it passed.
        public var passed: Bool
    }

    /// Whether the candidate became the model.
    public var adopted: Bool
    /// The clusters of the candidate.
    public var clusters: Int
    /// Each test, in the order in which they were made.
    public var tests: [Test]

    /// One sentence: adopted or refused, and the figures of the test that decided.
    public var summary: String {
        let figures = tests.map { test in
            let current = test.current.map { ", now \(rounded($0))" } ?? ""
            let state = test.passed ? "passed" : "failed"
            return "\(test.name) \(state): \(rounded(test.candidate))\(current), at least \(rounded(test.limit))"
        }
        let head = adopted ? "adopted \(clusters) clusters" : "refused \(clusters) clusters"
        return ([head] + figures).joined(separator: "; ")
    }

    private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}
