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
    ///   - lanes: what runs independent parts side by side.
    /// - Returns: nil with fewer than two groups, or without two rows in any group.
    public static func silhouette(
        vectors: Matrix,
        labels: [Int],
        metric: Metric,
        lanes: Lanes = .serial
    ) -> Double? {
        silhouettes(vectors: vectors, labels: labels, metric: metric, lanes: lanes).map {
            $0.reduce(0, +) / Double(labels.count)
        }
    }

    /// The silhouette of each vector, as in ``silhouette(vectors:labels:metric:lanes:)``; for a profile by group.
    public static func silhouettes(
        vectors: Matrix,
        labels: [Int],
        metric: Metric,
        lanes: Lanes = .serial
    ) -> [Double]? {
        precondition(labels.count == vectors.rows, "each row needs a label")
        let groups = Grouping(labels)
        guard groups.count >= 2, groups.count < labels.count else { return nil }
        let order = groups.order
        let sorted = order.map { Int32(groups.index[$0]) }
        let panels = VectorPanels(vectors.selecting(order), metric: metric)
        let sizes = groups.sizes
        return .shared(labels.count) { result in
            panels.groupSums(groups: sorted, count: sizes.count, lanes: lanes) { row, sums in
                let value = silhouette(own: Int(sorted[row]), sums: sums, sizes: sizes)
                (result.base + order[row]).initialize(to: value)
            }
        }
    }

    /// The silhouette of one record from its summed distances to each group.
    @inline(__always)
    static func silhouette(own: Int, sums: UnsafePointer<Double>, sizes: [Int]) -> Double {
        guard sizes[own] > 1 else { return 0 }
        let inner = sums[own] / Double(sizes[own] - 1)
        var outer = Double.infinity
        for group in sizes.indices where group != own && sizes[group] > 0 {
            outer = min(outer, sums[group] / Double(sizes[group]))
        }
        let larger = max(inner, outer)
        return larger > 0 && outer.isFinite ? (outer - inner) / larger : 0
    }

    /// As ``silhouette(vectors:labels:metric:lanes:)`` on at most `size` rows, drawn by `seed`.
    public static func sampledSilhouette(
        vectors: Matrix,
        labels: [Int],
        metric: Metric,
        size: Int,
        seed: UInt64,
        lanes: Lanes = .serial
    ) -> Double? {
        guard vectors.rows > size else {
            return silhouette(vectors: vectors, labels: labels, metric: metric, lanes: lanes)
        }
        let rows = draw(size, of: vectors.rows, seed: seed)
        return silhouette(
            vectors: vectors.selecting(rows),
            labels: rows.map { labels[$0] },
            metric: metric,
            lanes: lanes
        )
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
}
