public import Kernels

extension Quality {
    /// The mean silhouette of labelled vectors (Rousseeuw 1987), from -1 to 1: exact, in `O(n²·d)`.
    ///
    /// A vector's silhouette is `(b - a) / max(a, b)` with `a` its mean distance to the others of its group and `b`
    /// the least mean distance to another group; 0 where it is alone in its group. Distances are in `metric`; under
    /// the cosine the vectors must be unit length.
    /// - Parameters:
    ///   - vectors: `n × d`.
    ///   - labels: the group of each row.
    /// - Returns: nil with fewer than two groups, or without two rows in any group.
    public static func silhouette(vectors: Matrix, labels: [Int], metric: Metric) -> Double? {
        precondition(labels.count == vectors.rows, "each row needs a label")
        let groups = Grouping(labels)
        guard groups.count >= 2, groups.count < labels.count else { return nil }
        var sum = 0.0
        var sums = [Double](repeating: 0, count: groups.count)
        vectors.storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return }
            for row in labels.indices {
                for index in sums.indices { sums[index] = 0 }
                for other in labels.indices where other != row {
                    sums[groups.index[other]] += exactDistance(
                        base + row * vectors.columns,
                        base + other * vectors.columns,
                        vectors.columns,
                        metric
                    )
                }
                sum += silhouette(own: groups.index[row], sums: sums, sizes: groups.sizes)
            }
        }
        return sum / Double(labels.count)
    }

    /// The silhouette of one record from its summed distances to each group.
    @inline(__always)
    static func silhouette(own: Int, sums: [Double], sizes: [Int]) -> Double {
        guard sizes[own] > 1 else { return 0 }
        let inner = sums[own] / Double(sizes[own] - 1)
        var outer = Double.infinity
        for group in sizes.indices where group != own && sizes[group] > 0 {
            outer = min(outer, sums[group] / Double(sizes[group]))
        }
        let larger = max(inner, outer)
        return larger > 0 && outer.isFinite ? (outer - inner) / larger : 0
    }

    /// As ``silhouette(vectors:labels:metric:)`` on at most `size` rows, drawn by `seed`.
    public static func sampledSilhouette(
        vectors: Matrix,
        labels: [Int],
        metric: Metric,
        size: Int,
        seed: UInt64
    ) -> Double? {
        guard vectors.rows > size else { return silhouette(vectors: vectors, labels: labels, metric: metric) }
        let rows = draw(size, of: vectors.rows, seed: seed)
        return silhouette(vectors: vectors.selecting(rows), labels: rows.map { labels[$0] }, metric: metric)
    }

    /// `size` of the numbers below `count`, ascending, each set with equal chance.
    package static func draw(_ size: Int, of count: Int, seed: UInt64) -> [Int] {
        guard size < count else { return Array(0..<count) }
        var generator = SeededGenerator(seed: seed)
        var order = Array(0..<count)
        for index in 0..<size {
            order.swapAt(index, index + Int(generator.next() % UInt64(count - index)))
        }
        return order[..<size].sorted()
    }

    /// A distance with sums in 64-bit floats.
    @inline(__always)
    private static func exactDistance(
        _ a: UnsafePointer<Float>,
        _ b: UnsafePointer<Float>,
        _ count: Int,
        _ metric: Metric
    ) -> Double {
        var sum = 0.0
        switch metric {
        case .cosine:
            for index in 0..<count { sum += Double(a[index]) * Double(b[index]) }
            return max(0, 1 - sum)
        case .euclidean:
            for index in 0..<count {
                let difference = Double(a[index]) - Double(b[index])
                sum += difference * difference
            }
            return sum.squareRoot()
        }
    }
}

/// Mutual distances of a few records, kept so that many labellings of them can be judged.
package struct SilhouetteJudge {
    /// The number of records, `n`.
    let count: Int
    /// The metric of the distances.
    let metric: Metric
    /// The `n × n` mutual distances.
    let distances: Matrix

    /// - Parameter vectors: `n × d`; `n²` distances are kept.
    package init(vectors: Matrix, metric: Metric) {
        count = vectors.rows
        self.metric = metric
        let columns = vectors.columns
        var distances = [Float](repeating: 0, count: count * count)
        vectors.storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return }
            for row in 0..<vectors.rows {
                for other in 0..<row {
                    let distance = metric.distance(base + row * columns, base + other * columns, count: columns)
                    distances[row * vectors.rows + other] = distance
                    distances[other * vectors.rows + row] = distance
                }
            }
        }
        self.distances = Matrix(columns: max(1, count), storage: distances)
    }

    /// The mean silhouette of a labelling; -1 with fewer than two groups.
    ///
    /// The distances summed by group are a matrix product with the groups' membership, `n × n` times `n × k`.
    package func silhouette(_ labels: [Int]) -> Double {
        let groups = Grouping(labels)
        guard groups.count >= 2, groups.count < count else { return -1 }
        var membership = Matrix(rows: groups.count, columns: count)
        for (record, group) in groups.index.enumerated() { membership.storage[group * count + record] = 1 }
        let sums = Gemm.multiply(distances, transposed: membership)
        var total = 0.0
        for record in 0..<count {
            total += Quality.silhouette(
                own: groups.index[record],
                sums: sums[row: record].map(Double.init),
                sizes: groups.sizes
            )
        }
        return total / Double(count)
    }
}

/// Labels renumbered from 0 in ascending order of label.
struct Grouping {
    /// The group of each element.
    let index: [Int]
    /// The number of elements of each group.
    let sizes: [Int]

    /// The number of groups.
    var count: Int { sizes.count }

    init(_ labels: [Int]) {
        let distinct = Set(labels).sorted()
        let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
        var sizes = [Int](repeating: 0, count: distinct.count)
        index = labels.map { label in
            let place = places[label] ?? 0
            sizes[place] += 1
            return place
        }
        self.sizes = sizes
    }
}
