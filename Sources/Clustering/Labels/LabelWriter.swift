/// Makes labels that read well, stay while they are about right, and differ.
struct LabelWriter {
    let background: Labeller.Background
    let options: LabelOptions
    /// The labels that other clusters have.
    private(set) var taken: Set<String>

    /// A term far weaker than the best one says more about chance than about the cluster.
    private static let leastShare = 0.15
    /// Two terms are a phrase when they stand side by side at least this often where either occurs.
    private static let phraseShare = 0.5

    init(background: Labeller.Background, options: LabelOptions, taken: Set<String>) {
        self.background = background
        self.options = options
        self.taken = taken
    }

    /// What a cluster without terms is called.
    static func number(_ id: Int) -> String { "cluster \(id)" }

    /// A label of the best terms. The present one stays while it has the best term and its others are still among the
    /// best twice as many; one that another cluster has is told apart by the next terms, or by the number.
    mutating func label(_ cluster: Cluster) -> String {
        let ranked = ranked(cluster)
        let best = ranked.first?.weight ?? 0
        let good = ranked.filter { $0.weight >= Self.leastShare * best }
        guard !good.isEmpty else { return Self.number(cluster.id) }
        if isStill(cluster.label, good: good, of: cluster.id), taken.insert(cluster.label).inserted {
            return cluster.label
        }
        for count in options.terms...options.terms + 2 {
            let text = written(good.prefix(count).map(\.term), cluster: cluster)
            if taken.insert(text).inserted { return text }
        }
        let text = written(good.prefix(options.terms).map(\.term), cluster: cluster) + " #\(cluster.id)"
        taken.insert(text)
        return text
    }

    /// Words by weight; a phrase that says more than its words lifts them.
    private func ranked(_ cluster: Cluster) -> [Labeller.Weighted] {
        let weights = Labeller.weights(cluster.terms, background: background)
        var words: [String: Double] = [:]
        for entry in weights where !entry.term.contains(" ") { words[entry.term] = entry.weight }
        for entry in weights {
            let parts = entry.term.split(separator: " ").map { background.forms[String($0)] ?? String($0) }
            guard parts.count == 2 else { continue }
            for part in parts { words[part] = max(words[part] ?? 0, entry.weight) }
        }
        return words.map { Labeller.Weighted(term: $0.key, weight: $0.value) }
            .sorted { ($1.weight, $0.term) < ($0.weight, $1.term) }
    }

    private func isStill(_ label: String, good: [Labeller.Weighted], of id: Int) -> Bool {
        guard label != Self.number(id) else { return false }
        let words = label.split(separator: " ").map(String.init).filter { !$0.hasPrefix("#") }
        let among = Set(good.prefix(2 * options.terms).map(\.term))
        return words.contains(good[0].term) && words.allSatisfy(among.contains)
            && 2 * words.count >= min(options.terms, good.count)
    }

    /// The words in the order in which the nearest representative has them; phrases stay together.
    private func written(_ words: [String], cluster: Cluster) -> String {
        let order = cluster.representatives.first.map { Terms.split($0.text) } ?? []
        let place = Dictionary(
            order.enumerated().map { (background.forms[$1] ?? $1, $0) },
            uniquingKeysWith: min
        )
        var result = words.enumerated()
            .sorted { (place[$0.element] ?? .max, $0.offset) < (place[$1.element] ?? .max, $1.offset) }
            .map(\.element)
        let counts = cluster.terms.counts
        for first in words {
            for second in words where second != first && place[second] == nil {
                let both = counts["\(first) \(second)"] ?? 0
                guard both >= Self.phraseShare * min(counts[first] ?? .infinity, counts[second] ?? .infinity) else {
                    continue
                }
                result.removeAll { $0 == second }
                result.insert(second, at: (result.firstIndex(of: first) ?? result.count - 1) + 1)
            }
        }
        return result.joined(separator: " ")
    }
}

extension Model {
    /// Names clusters by their terms, or by the features that set them apart.
    mutating func relabel(rows: [Int], options: ClusteringOptions) {
        guard !rows.isEmpty else { return }
        let renamed = Set(rows)
        var writer = LabelWriter(
            background: Labeller.Background(features == nil ? clusters : [], clock: clock),
            options: options.labels,
            taken: Set(clusters.indices.filter { !renamed.contains($0) }.map { clusters[$0].label })
        )
        // The older cluster has the first word.
        for row in rows.sorted() {
            clusters[row].label =
                if let features {
                    FeatureLabeller.label(
                        mean: featureMean(of: row, encoding: features.encoding)[...],
                        encoding: features.encoding
                    )
                } else {
                    writer.label(clusters[row])
                }
            clusters[row].labelledTerms = material(of: row)
            clusters[row].revision = version
        }
    }

    /// The terms that each cluster may count, so that all together keep within the ceiling.
    func vocabularyLimit(_ options: LabelOptions) -> Int {
        max(options.terms, min(options.vocabulary, options.totalVocabulary / max(1, 2 * clusters.count)))
    }

    /// Brings the terms of all clusters within the ceiling where their number has grown since they were counted.
    mutating func boundVocabulary(_ options: LabelOptions) {
        let limit = vocabularyLimit(options)
        guard limit < options.vocabulary else { return }
        for row in clusters.indices where clusters[row].terms.counts.count > 2 * limit {
            clusters[row].terms.bound(to: limit)
            clusters[row].revision = version
        }
    }
}
