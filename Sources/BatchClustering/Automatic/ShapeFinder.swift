package import Kernels

/// Finds groups of any shape where round ones do not fit the vectors.
///
/// Two views are combined. Density (``HDBSCANReclusterer``; in large samples, where the estimate is good enough to see
/// hills through noise, ``ModeSeeking``) tells what hangs together, but takes round groups that touch for one. Centroids
/// tell such groups apart, but cut up what is not round. So the groups are those of the density, and each is divided
/// among its centroids where there are gaps between them (``GapTest``), or into parts of its own (``DenseParts``).
package struct ShapeFinder {
    /// What was found.
    package struct Shapes: Sendable {
        /// The group of each vector, or ``Partition/noise``.
        package var labels: [Int32]
        /// The number of groups.
        package var count: Int
        /// What spoke for them.
        package var reasons: [String]
        /// The share of a group's vectors that may be nearer to another group's prototype.
        package var tolerance = PrototypePlacement.closeTolerance
        /// Whether groups overlap, so that borders run through dense regions.
        package var overlaps = false
    }

    /// Beyond this many dimensions a sample says little of a density.
    static let largestDimension = 16
    /// Beyond this intrinsic dimension neither.
    static let largestIntrinsicDimension = 8.0
    /// Where more than this share of the numbers of a vector are those of a near one, they are steps of a scale.
    static let largestRepetition = 0.1
    /// From this many vectors on the hills of the density are looked for.
    static let hillVectors = 2500
    /// Dense groups of which one holds more than this share hang together by noise.
    static let largestShare = 0.66
    /// The least share of the vectors that a group holds.
    static let leastShare = 0.02
    /// From this silhouette of round groups on there is nothing to mend: the next group is twenty times as far as the
    /// own.
    static let clearSilhouette = 0.95
    /// Vectors that the silhouette is taken of.
    private static let judgedVectors = 1000
    /// Linked groups are clear where fewer of the vectors than this are noise or have a neighbour in another group.
    private static let clearShare = 0.02

    /// - Parameters:
    ///   - vectors: `n × d`, finite.
    ///   - centroids: `k × d`, the best division into round groups.
    ///   - starts: other divisions, which mixtures start from.
    ///   - mixes: whether mixtures are tried. Of groups that move while they are sampled each is a smear, which a mixture
    ///     describes by several components.
    /// - Returns: nil where round groups fit, or where nothing can be said of the density; `reasons` of why are then in
    ///   the second part.
    package static func shapes(
        _ vectors: Matrix,
        centroids: Matrix,
        starts: [Matrix] = [],
        mixes: Bool = true,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) -> (shapes: Shapes?, reason: String) {
        guard metric == .euclidean, vectors.columns <= largestDimension, vectors.rows >= 50 else {
            return (nil, "round groups: in \(vectors.columns) dimensions \(vectors.rows) vectors do not show a density")
        }
        let drawn = Quality.draw(judgedVectors, of: vectors.rows, seed: seed &+ 5)
        let silhouette = ClusterCountJudge(vectors: vectors.selecting(drawn), metric: metric).silhouette(centroids)
        guard silhouette < clearSilhouette else {
            return (nil, "round groups: they are far apart (silhouette \(rounded(silhouette)))")
        }
        let table = NeighbourSearch.nearest(
            ModeSeeking.neighbours(vectors.rows),
            in: vectors,
            metric: metric,
            lanes: lanes
        )
        let dimension = ModeSeeking.intrinsicDimension(table)
        guard dimension <= largestIntrinsicDimension else {
            return (nil, "round groups: the intrinsic dimension is \(rounded(dimension)), too high for a density")
        }
        guard repetition(vectors, table) <= largestRepetition else {
            return (nil, "round groups: numbers repeat so often that they form a lattice, which has no density")
        }
        if mixes, let round = RoundMixture.find(vectors, table: table, starts: starts + [centroids], seed: seed) {
            var shapes = Shapes(labels: round.labels, count: round.count, reasons: [round.reason])
            shapes.tolerance = PrototypePlacement.roundTolerance
            shapes.overlaps = true
            return (shapes, round.reason)
        }
        guard let dense = dense(vectors, table: table, metric: metric, seed: seed, lanes: lanes) else {
            return (nil, "round groups: the density shows no more than one group")
        }
        let parts = divide(
            dense.labels,
            count: dense.count,
            vectors: vectors,
            centroids: centroids,
            metric: metric,
            seed: seed &+ 7
        )
        let round = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric).map { Int($0.first) }
        let known = parts.labels.indices.filter { parts.labels[$0] >= 0 }
        let agreement = Quality.adjustedRandIndex(known.map { round[$0] }, known.map { Int(parts.labels[$0]) })
        guard parts.count >= 2, agreement < 0.95 else {
            return (nil, "round groups: they agree with the density")
        }
        let reason =
            "\(parts.count) groups of any shape: \(dense.method) finds \(dense.count) dense groups, of which \(parts.divided)"
            + " are divided where gaps part them; \(centroids.rows) round groups alone would cut through"
            + " dense regions (agreement \(rounded(agreement)))"
        return (Shapes(labels: parts.labels, count: parts.count, reasons: [reason]), reason)
    }

    /// The share of numbers that a vector has in common with its five nearest neighbours.
    private static func repetition(_ vectors: Matrix, _ table: NeighbourTable) -> Double {
        var equal = 0
        var count = 0
        for row in 0..<table.rows {
            for (other, distance) in zip(table.indices(of: row), table.distances(of: row)).prefix(5) {
                let least = 0.01 * distance
                for (a, b) in zip(vectors[row: row], vectors[row: Int(other)]) where abs(a - b) <= least { equal += 1 }
                count += vectors.columns
            }
        }
        return count > 0 ? Double(equal) / Double(count) : 0
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// The dense groups; nil where there are fewer than two.
    private static func dense(
        _ vectors: Matrix,
        table: NeighbourTable,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) -> (labels: [Int32], count: Int, method: String)? {
        let least = max(5, Int(leastShare * Double(vectors.rows)))
        var hdbscan = HDBSCANReclusterer()
        hdbscan.minimumClusterSize = least
        hdbscan.minimumNeighbours = 5
        let linked = try? hdbscan.grouping(of: vectors, metric: metric, seed: seed, lanes: lanes)
        let linkedCount = linked?.count ?? 0
        // Noise between groups chains them to one.
        let isChained = Double(largest(linked?.labels ?? [])) > largestShare * Double(vectors.rows)
        let isClear = !isChained && linkedCount >= 2 && isClear(linked?.labels ?? [], table)
        if (vectors.rows >= hillVectors && !isClear) || isChained {
            let hills = keeping(ModeSeeking().hills(table, columns: vectors.columns), least: least / 2)
            let isFiner = hills.count > (vectors.rows >= hillVectors ? 1 : linkedCount)
            if isFiner, hills.count >= 2 { return (hills.labels, hills.count, "hill climbing") }
        }
        guard let linked, linkedCount >= 2 else { return nil }
        return (linked.labels, linkedCount, "hdbscan")
    }

    /// Whether hardly a vector is noise or has one of another group among its neighbours.
    private static func isClear(_ labels: [Int32], _ table: NeighbourTable) -> Bool {
        let unclear = labels.indices.count { row in
            labels[row] < 0 || table.indices(of: row).prefix(8).contains { labels[Int($0)] != labels[row] }
        }
        return Double(unclear) < clearShare * Double(labels.count)
    }

    /// The number of vectors in the largest group.
    private static func largest(_ labels: [Int32]) -> Int {
        var sizes: [Int32: Int] = [:]
        for label in labels where label >= 0 { sizes[label, default: 0] += 1 }
        return sizes.values.max() ?? 0
    }

    /// Groups of at least `least` vectors, numbered anew; the rest is noise.
    private static func keeping(_ groups: [Int], least: Int) -> (labels: [Int32], count: Int) {
        var sizes = [Int](repeating: 0, count: (groups.max() ?? -1) + 1)
        for group in groups { sizes[group] += 1 }
        var places = [Int32](repeating: Partition.noise, count: sizes.count)
        var count = 0
        for group in sizes.indices where sizes[group] >= least {
            places[group] = Int32(count)
            count += 1
        }
        return (groups.map { places[$0] }, count)
    }

    /// Divides each dense group among the centroids that hold some of it, or else into parts of its own, where gaps part
    /// them.
    private static func divide(
        _ labels: [Int32],
        count: Int,
        vectors: Matrix,
        centroids: Matrix,
        metric: Metric,
        seed: UInt64
    ) -> (labels: [Int32], count: Int, divided: Int) {
        let round = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric).map { Int($0.first) }
        var result = [Int32](repeating: Partition.noise, count: labels.count)
        var next = 0
        var divided = 0
        for group in 0..<count {
            let members = labels.indices.filter { labels[$0] == group }
            var sizes = [Int](repeating: 0, count: centroids.rows)
            for member in members { sizes[round[member]] += 1 }
            let pieces = sizes.indices.filter { sizes[$0] > 0 }
            let least = max(2, members.count / (10 * max(1, pieces.count)))
            let kept = pieces.filter { sizes[$0] >= least }
            if kept.count > 1 {
                let own = centroids.selecting(kept)
                let judged = GapTest.judge(vectors.selecting(members), centroids: own, metric: metric)
                if judged.hasGaps {
                    for (member, piece) in zip(members, judged.labels) { result[member] = Int32(next + piece) }
                    next += kept.count
                    divided += 1
                    continue
                }
            }
            if let parts = DenseParts.find(vectors.selecting(members), metric: metric, seed: seed) {
                for (member, part) in zip(members, parts.labels) { result[member] = Int32(next + part) }
                next += parts.count
                divided += 1
                continue
            }
            for member in members { result[member] = Int32(next) }
            next += 1
        }
        return (result, next, divided)
    }
}
