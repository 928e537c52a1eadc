import Kernels

/// How often a record and its nearest neighbours have the same cluster, beyond what chance would do: a figure of quality
/// for clusters of any shape, for which the distance to a centre says nothing.
///
/// Cohen's kappa (Cohen 1960) of the two clusters: `(p - e) / (1 - e)` with `p` the share of pairs of a record and a
/// neighbour that have one cluster and `e` the share that would by the clusters' sizes alone. Borders through dense
/// regions lower it; borders along gaps, however bent, do not. Groups that lie apart and are called one cluster do not
/// lower it either, unless all are; for that there is the retention of ids.
struct NeighbourAgreement: Sendable {
    private let table: NeighbourTable
    private let rows: Int

    /// The neighbours of a record: enough that a border is felt at some distance, few enough to lie in one group.
    static let neighbours = 10

    /// - Parameter vectors: the judged records, `n × d`, finite; the neighbours are looked for among them.
    init(vectors: Matrix, metric: Metric, neighbours: Int = Self.neighbours) {
        rows = vectors.rows
        table = NeighbourSearch.nearest(neighbours, in: vectors, metric: metric, lanes: .serial)
    }

    /// From -1 to 1; nil where all have one cluster, or there are fewer than two records.
    func agreement(_ labels: [Int]) -> Double? {
        guard rows > 1, labels.count == rows, Set(labels).count > 1 else { return nil }
        var equal = 0.0
        var own: [Int: Double] = [:]
        var others: [Int: Double] = [:]
        var pairs = 0.0
        for row in 0..<rows {
            for neighbour in table.indices(of: row) {
                let other = labels[Int(neighbour)]
                pairs += 1
                own[labels[row], default: 0] += 1
                others[other, default: 0] += 1
                if other == labels[row] { equal += 1 }
            }
        }
        guard pairs > 0 else { return nil }
        let chance = own.keys.sorted().reduce(0.0) { $0 + (own[$1] ?? 0) * (others[$1] ?? 0) } / (pairs * pairs)
        return chance < 1 ? (equal / pairs - chance) / (1 - chance) : nil
    }
}
