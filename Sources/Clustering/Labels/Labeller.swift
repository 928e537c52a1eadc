import Foundation

/// Names clusters by the terms that set them apart.
enum Labeller {
    /// In how much of all clusters' text each term occurs.
    struct Background {
        /// Counts of terms over all clusters.
        var counts: [String: Double] = [:]
        /// The mean number of terms in a cluster.
        var meanTotal: Double = 0

        init(_ clusters: [Cluster]) {
            guard !clusters.isEmpty else { return }
            var total = 0.0
            for cluster in clusters {
                for (term, count) in cluster.terms.counts { counts[term, default: 0] += count }
                total += cluster.terms.total
            }
            meanTotal = total / Double(clusters.count)
        }
    }

    /// The weight of each term of a cluster: `tf / words · ln(1 + A / f)` with `tf` its count in the cluster, `words`
    /// the cluster's terms, `A` the mean number of terms of a cluster and `f` its count in all (class-based TF-IDF,
    /// Grootendorst 2022, equation 2).
    static func weights(_ terms: TermCounts, background: Background) -> [(term: String, weight: Double)] {
        let words = terms.total
        guard words > 0 else { return [] }
        return terms.counts.map { term, count in
            let everywhere = max(count, background.counts[term] ?? count)
            return (term, count / words * log(1 + background.meanTotal / everywhere))
        }
        .sorted { ($1.weight, $0.term) < ($0.weight, $1.term) }
    }

    /// A short name: the best terms, in the order in which the nearest representative has them.
    static func label(_ cluster: Cluster, background: Background, options: LabelOptions) -> String {
        let ranked = weights(cluster.terms, background: background)
        guard let best = ranked.first else { return "cluster \(cluster.id)" }
        // A term far weaker than the best one says more about chance than about the cluster.
        let chosen = ranked.prefix(options.terms).filter { $0.weight >= 0.15 * best.weight }.map(\.term)
        let order = cluster.representatives.first.map { Terms.split($0.text) } ?? []
        let place = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        return chosen.enumerated()
            .sorted { (place[$0.element] ?? .max, $0.offset) < (place[$1.element] ?? .max, $1.offset) }
            .map(\.element).joined(separator: " ")
    }
}

extension Representative {
    /// The nearest `limit` of `candidates`, no text twice; earlier records first where distances are equal.
    static func nearest(_ candidates: [Representative], limit: Int) -> [Representative] {
        var seen: Set<String> = []
        var result: [Representative] = []
        for candidate in candidates.sorted(by: { ($0.distance, $0.record) < ($1.distance, $1.record) })
        where result.count < limit && seen.insert(candidate.text).inserted {
            result.append(candidate)
        }
        return result
    }
}
