/// A tree of ever larger groups: single records at the leaves, the two nearest groups joined at each step.
///
/// Made by chains of nearest neighbours (Murtagh 1983) with the update formulas of Lance and Williams 1967, in `O(n²)`
/// time, on 64-bit mutual distances of each pair. Heights, and the order among equal ones, are those of SciPy's
/// `linkage`: Ward's height is the square root of twice the growth of the sum of squares.
package struct Linkage: Sendable {
    /// How far apart two groups are.
    package enum Rule: CaseIterable, Sendable {
        /// The mean distance of their members (UPGMA).
        case average
        /// The growth of the sum of squares by joining them (Ward 1963).
        case ward
        /// The largest distance of their members.
        case complete
    }

    /// Two groups that were joined, each named by one of its records.
    package struct Join: Sendable {
        package var a: Int
        package var b: Int
        package var height: Double
    }

    /// The number of records.
    package let count: Int
    /// Joins from near to far.
    package let joins: [Join]

    /// - Parameters:
    ///   - distances: the mutual distances; used up.
    ///   - weights: how many records each of them stands for; one each where nil.
    package init(_ distances: DistanceTriangle, weights: [Double]? = nil, rule: Rule) {
        count = distances.count
        var chain = NeighbourChain(distances, weights: weights, rule: rule)
        chain.joinAll()
        joins = chain.joins.enumerated().sorted { ($0.element.height, $0.offset) < ($1.element.height, $1.offset) }
            .map(\.element)
    }

    /// The group of each record when `groups` are left, numbered from 0.
    package func cut(groups: Int) -> [Int] {
        labels(joining: max(0, count - groups))
    }

    /// The group of each record when only groups nearer to each other than `threshold` are joined, numbered from 0.
    package func cut(threshold: Double) -> [Int] {
        labels(joining: joins.count { $0.height < threshold })
    }

    private func labels(joining joined: Int) -> [Int] {
        var parent = Array(0..<count)
        func root(_ record: Int) -> Int {
            var record = record
            while parent[record] != record {
                parent[record] = parent[parent[record]]
                record = parent[record]
            }
            return record
        }
        for join in joins.prefix(joined) { parent[root(join.b)] = root(join.a) }
        return Grouping((0..<count).map(root)).index
    }
}
