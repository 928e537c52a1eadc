import Foundation

/// Names clusters by the terms that set them apart.
enum Labeller {
    /// In how much of all clusters' text each term occurs.
    struct Background {
        /// Counts of terms over all clusters.
        private(set) var counts: [String: Double] = [:]
        /// The mean number of terms in a cluster.
        private(set) var meanTotal: Double = 0
        /// The form that stands for a term of which two forms occur.
        private(set) var forms: [String: String] = [:]

        /// - Parameter clock: the decay clock that the counts are brought up to; nil takes them as they stand.
        init(_ clusters: [Cluster], clock: Double? = nil) {
            guard !clusters.isEmpty else { return }
            var total = 0.0
            for cluster in clusters {
                let factor = clock.map { Forgetting.factor(from: cluster.clock, to: $0) } ?? 1
                for (term, count) in cluster.terms.counts { counts[term, default: 0] += count * factor }
                total += cluster.terms.total * factor
            }
            meanTotal = total / Double(clusters.count)
            fold()
        }

        /// Singular and plural are one term, called by the form that occurs more. Only forms that both occur are folded:
        /// "status" has no other.
        private mutating func fold() {
            for plural in counts.keys.filter({ $0.hasSuffix("s") }).sorted() {
                guard let singular = Self.singulars(of: plural).first(where: { counts[$0] != nil }),
                    forms[singular] == nil
                else { continue }
                let isPlural = (counts[plural] ?? 0) > (counts[singular] ?? 0)
                forms[isPlural ? singular : plural] = isPlural ? plural : singular
            }
            // No chains: a form that stands for another stays.
            forms = forms.filter { forms[$0.value] == nil }
            for (form, name) in forms {
                guard let count = counts.removeValue(forKey: form) else { continue }
                counts[name, default: 0] += count
            }
        }

        /// What a term may be the plural of (English, Harman 1991: "How effective is suffixing?", the S stemmer).
        static func singulars(of term: String) -> [String] {
            guard term.utf8.count > 3, term.hasSuffix("s"), !term.hasSuffix("ss"), !term.hasSuffix("us") else {
                return []
            }
            var found = [String(term.dropLast())]
            if term.hasSuffix("ies") { found.append(term.dropLast(3) + "y") }
            if term.hasSuffix("es") { found.append(String(term.dropLast(2))) }
            return found
        }

        /// The counts of a cluster's terms, each under the form that stands for it.
        func folded(_ terms: TermCounts) -> [String: Double] {
            guard !forms.isEmpty else { return terms.counts }
            var result: [String: Double] = [:]
            for (term, count) in terms.counts { result[forms[term] ?? term, default: 0] += count }
            return result
        }
    }

    /// A term and how much it says of its cluster.
    struct Weighted: Equatable {
        var term: String
        var weight: Double
    }

    /// The weight of each term of a cluster, best first: `tf / words · ln(1 + A / f)` with `tf` its count in the
    /// cluster, `words` the cluster's terms, `A` the mean number of terms of a cluster and `f` its count in all
    /// (class-based TF-IDF, Grootendorst 2022, equation 2).
    static func weights(_ terms: TermCounts, background: Background) -> [Weighted] {
        let words = terms.total
        guard words > 0 else { return [] }
        return background.folded(terms).map { term, count in
            let everywhere = max(count, background.counts[term] ?? count)
            return Weighted(term: term, weight: count / words * log(1 + background.meanTotal / everywhere))
        }
        .sorted { ($1.weight, $0.term) < ($0.weight, $1.term) }
    }
}

extension Representative {
    /// The nearest `limit` of `candidates` in order of their distance, no text twice. Nearness fades: a record that is a
    /// half-life older must lie at half the distance, so that those of a cluster that wanders do not stay behind.
    static func nearest(_ candidates: [Representative], limit: Int) -> [Representative] {
        var result: [Representative] = []
        for candidate in candidates.sorted(by: { ($0.rank, $0.record) < ($1.rank, $1.record) })
        where result.count < limit && !result.contains(where: { $0.text == candidate.text }) {
            result.append(candidate)
        }
        return result.sorted { ($0.distance, $0.record) < ($1.distance, $1.record) }
    }

    /// The logarithm of the distance, less the half-lives at arrival: an order that never changes.
    var rank: Double { log2(max(Double(distance), 1e-9)) - clock }
}
