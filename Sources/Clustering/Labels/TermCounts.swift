/// The decayed counts of the terms of a cluster, bounded: where there are too many, the rarest are dropped.
public struct TermCounts: Sendable, Equatable, Codable {
    /// The decayed count of each term.
    public private(set) var counts: [String: Double] = [:]

    init() {}

    /// Fades the past by `factor` and adds new counts; above twice `capacity` terms the rarest are dropped down to it.
    mutating func merge(_ other: [String: Double], factor: Double, capacity: Int) {
        if factor < 1 {
            // Step by step: the values' indices as a collection hold on to the counts, which would be copied.
            var index = counts.values.startIndex
            while index != counts.values.endIndex {
                counts.values[index] *= factor
                counts.values.formIndex(after: &index)
            }
        }
        counts.merge(other, uniquingKeysWith: +)
        if counts.count > 2 * capacity { bound(to: capacity) }
    }

    /// Drops the rarest terms above `capacity`.
    mutating func bound(to capacity: Int) {
        guard counts.count > capacity else { return }
        let kept = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(capacity)
        counts = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }

    /// The sum of the counts that are kept.
    var total: Double { counts.values.sorted().reduce(0, +) }
}
