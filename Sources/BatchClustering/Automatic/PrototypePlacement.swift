package import Kernels

/// Prototypes that tell groups apart: each vector's nearest prototype is, nearly always, one of its own group.
package struct PrototypePlacement: Sendable {
    /// The prototypes, `p × d`, those of a group one after another.
    package var prototypes: Matrix
    /// The number of prototypes of each group, at least 1 each.
    package var counts: [Int]

    /// The share of a group's vectors that may be nearer to another group's prototype, where groups have any shape.
    package static let closeTolerance = 0.02
    /// The same for round groups, which one prototype each describes best unless they differ much in size.
    package static let roundTolerance = 0.1
    /// Rounds in which prototypes are added.
    private static let rounds = 10

    /// Places as few prototypes as do: one for each group to begin with, then half as many again for the groups that lose
    /// vectors to others or take them away, by k-means within the group.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`.
    ///   - labels: the group of each, from 0 to `count` - 1, or ``Partition/noise``, which is left out. Each group has a
    ///     member.
    ///   - maximum: the most prototypes in all.
    package init(
        vectors: Matrix,
        labels: [Int32],
        count: Int,
        metric: Metric,
        maximum: Int,
        seed: UInt64,
        tolerance: Double = Self.closeTolerance
    ) {
        let members = (0..<count).map { group in labels.indices.filter { labels[$0] == group } }
        let data = members.map { vectors.selecting($0) }
        var wanted = [Int](repeating: 1, count: count)
        var placed = data.indices.map { Self.place(data[$0], 1, metric, seed: seed &+ UInt64($0)) }
        for _ in 0..<Self.rounds {
            let crowded = Self.crowded(
                vectors: vectors,
                labels: labels,
                placed: placed,
                metric: metric,
                tolerance: tolerance
            )
            var total = placed.reduce(0) { $0 + $1.rows }
            var hasGrown = false
            for group in crowded {
                let next = wanted[group] + max(1, wanted[group] / 2)
                guard placed[group].rows == wanted[group], next <= max(1, members[group].count / 3),
                    total + next - wanted[group] <= maximum
                else { continue }
                total += next - wanted[group]
                wanted[group] = next
                placed[group] = Self.place(data[group], next, metric, seed: seed &+ UInt64(group))
                hasGrown = true
            }
            if !hasGrown { break }
        }
        counts = placed.map(\.rows)
        prototypes = Matrix(columns: vectors.columns, storage: placed.flatMap(\.storage))
    }

    private static func place(_ data: Matrix, _ count: Int, _ metric: Metric, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var kmeans = KMeans(data: data, metric: metric)
        kmeans.iterations = 10
        return kmeans.run(k: count, starts: 1, generator: &generator).centroids
    }

    /// The groups that lose too many vectors, or to which too many are lost.
    private static func crowded(vectors: Matrix, labels: [Int32], placed: [Matrix], metric: Metric, tolerance: Double)
        -> [Int]
    {
        let owners = placed.enumerated().flatMap { group, rows in Array(repeating: group, count: rows.rows) }
        let all = Matrix(columns: vectors.columns, storage: placed.flatMap(\.storage))
        let pairs = NearestTwo.search(queries: vectors, centroids: all, metric: metric)
        var sizes = [Int](repeating: 0, count: placed.count)
        var lost = sizes
        var taken = sizes
        for (pair, label) in zip(pairs, labels) where label >= 0 {
            let owner = owners[Int(pair.first)]
            sizes[Int(label)] += 1
            if owner != Int(label) {
                lost[Int(label)] += 1
                taken[owner] += 1
            }
        }
        return placed.indices.filter {
            Double(max(lost[$0], taken[$0])) > tolerance * Double(sizes[$0])
        }
    }
}
