/// A tree of ever larger groups: single records at the leaves, the two nearest groups joined at each step.
///
/// Made by chains of nearest neighbours (Murtagh 1983) with the update formulas of Lance and Williams 1967, in `O(n²)`.
struct Linkage {
    /// How far apart two groups are.
    enum Rule: CaseIterable {
        /// The mean distance of their members (UPGMA).
        case average
        /// The growth of the sum of squares by joining them (Ward 1963); takes squared distances.
        case ward
    }

    private struct Join {
        var a: Int
        var b: Int
        var height: Float
    }

    private let count: Int
    /// Joins of groups, each named by one of its records, from near to far.
    private let joins: [Join]

    /// - Parameter distances: the `n × n` mutual distances (squared for Ward), row by row.
    init(distances: [Float], count: Int, rule: Rule) {
        self.count = count
        var distances = distances
        var sizes = [Float](repeating: 1, count: count)
        var alive = [Bool](repeating: true, count: count)
        var joins: [Join] = []
        var chain: [Int] = []
        joins.reserveCapacity(max(0, count - 1))
        distances.withUnsafeMutableBufferPointer { distances in
            while joins.count < count - 1 {
                if chain.isEmpty, let first = alive.firstIndex(of: true) { chain.append(first) }
                let top = chain[chain.count - 1]
                let previous = chain.count > 1 ? chain[chain.count - 2] : -1
                var nearest = previous
                var least = previous >= 0 ? distances[top * count + previous] : Float.infinity
                for other in 0..<count where alive[other] && other != top && distances[top * count + other] < least {
                    least = distances[top * count + other]
                    nearest = other
                }
                guard nearest == previous else {
                    chain.append(nearest)
                    continue
                }
                // Each is the other's nearest: they are joined whatever else happens.
                chain.removeLast(2)
                joins.append(Join(a: nearest, b: top, height: least))
                for other in 0..<count where alive[other] && other != top && other != nearest {
                    let joined = Self.joined(
                        rule,
                        distances[top * count + other],
                        distances[nearest * count + other],
                        least,
                        sizes[top],
                        sizes[nearest],
                        sizes[other]
                    )
                    distances[nearest * count + other] = joined
                    distances[other * count + nearest] = joined
                }
                alive[top] = false
                sizes[nearest] += sizes[top]
            }
        }
        self.joins = joins.enumerated().sorted { ($0.element.height, $0.offset) < ($1.element.height, $1.offset) }
            .map(\.element)
    }

    /// The distance of a joined pair (`a`, `b` from each other `between`) to another group.
    @inline(__always)
    private static func joined(
        _ rule: Rule,
        _ a: Float,
        _ b: Float,
        _ between: Float,
        _ sizeA: Float,
        _ sizeB: Float,
        _ size: Float
    ) -> Float {
        switch rule {
        case .average: (sizeA * a + sizeB * b) / (sizeA + sizeB)
        case .ward: ((sizeA + size) * a + (sizeB + size) * b - size * between) / (sizeA + sizeB + size)
        }
    }

    /// The group of each record when `groups` are left, numbered from 0.
    func cut(groups: Int) -> [Int] {
        var parent = Array(0..<count)
        func root(_ record: Int) -> Int {
            var record = record
            while parent[record] != record {
                parent[record] = parent[parent[record]]
                record = parent[record]
            }
            return record
        }
        for join in joins.prefix(max(0, count - groups)) { parent[root(join.b)] = root(join.a) }
        return Grouping((0..<count).map(root)).index
    }
}
