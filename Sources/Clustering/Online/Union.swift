import Kernels

extension Model {
    /// Makes one cluster of two that have grown together since a reclustering last set them apart; the heavier's id lives
    /// on, the other's ends.
    ///
    /// Two things must hold. Their centres have come much nearer to each other than they were when they were last placed,
    /// and now lie within the spread of their members: groups that have always touched have done neither. And the newest
    /// sampled records between them show no valley: as many lie about the middle of the line between the centres as about
    /// the end that has fewer. A few clusters are looked at in each version, one after another; clusters that several
    /// prototypes stand for are left to the next reclustering.
    mutating func unite(_ options: ClusteringOptions) -> [LineageEvent] {
        guard clusters.count > 1 else { return [] }
        let share = 1 + clusters.count / Self.unionCycle
        let first = Int(version % UInt64(clusters.count)) * share
        for step in 0..<share {
            let row = (first + step) % clusters.count
            guard let other = nearestPlain(to: row), haveMet(row, other), isOne(row, other) else { continue }
            return [unite(row, other, options: options)]
        }
        return []
    }

    /// Clusters up to which one is looked at in each version, two up to twice as many, and so on.
    private static let unionCycle = 256
    /// The share of their former distance within which two clusters have come near each other.
    private static let nearShare = 0.6
    /// The most mean distances of members that may lie between the centres.
    private static let spreadShare = 1.75
    /// The newest records between two clusters that are looked at, and the least.
    private static let unionRecords = 240
    private static let leastUnionRecords = 60

    /// Whether a single prototype stands for the cluster, whose place when it was last placed is known.
    private func isPlain(_ row: Int) -> Bool {
        clusters[row].prototypeWeights.count == 1 && clusters[row].anchor.elements.count == dimension
    }

    private func nearestPlain(to row: Int) -> Int? {
        guard isPlain(row) else { return nil }
        let layout = layout
        let own = layout.rows(of: row).lowerBound
        var best: (row: Int, distance: Float)?
        centroids.storage.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for (prototype, other) in layout.owners.enumerated() where other != row {
                let distance = metric.distance(base + own * dimension, base + prototype * dimension, count: dimension)
                if distance < best?.distance ?? .infinity { best = (other, distance) }
            }
        }
        return best.flatMap { isPlain($0.row) ? $0.row : nil }
    }

    /// Whether two clusters lie within each other's spread and are much nearer to each other than they once were.
    private func haveMet(_ a: Int, _ b: Int) -> Bool {
        let now = length(metric.distance(centre(of: a), centre(of: b)))
        let before = length(metric.distance(clusters[a].anchor.elements, clusters[b].anchor.elements))
        let spread = min(length(Float(clusters[a].meanDistance)), length(Float(clusters[b].meanDistance)))
        return now <= Self.nearShare * before && now <= Self.spreadShare * spread
    }

    /// A distance as one along a straight line: a cosine distance is half a squared chord.
    private func length(_ distance: Float) -> Double {
        metric == .cosine ? (2 * Double(max(0, distance))).squareRoot() : Double(distance)
    }

    /// Whether no valley lies between two clusters, among the newest sampled records that are within their reach.
    private func isOne(_ a: Int, _ b: Int) -> Bool {
        let from = centre(of: a)
        let to = centre(of: b)
        let gap = Double(metric.distance(from, to))
        let reach = gap + 2 * max(clusters[a].meanDistance, clusters[b].meanDistance)
        var near: [(record: UInt64, place: Double)] = []
        for record in sample.slots {
            let first = Double(metric.distance(from, record.vector))
            guard first <= reach else { continue }
            let second = Double(metric.distance(to, record.vector))
            guard second <= reach else { continue }
            near.append((record.record, place(first, second, gap)))
        }
        let newest = near.sorted { $0.record > $1.record }.prefix(Self.unionRecords)
        guard newest.count >= Self.leastUnionRecords else { return false }
        func count(about point: Double) -> Int { newest.count { abs($0.place - point) <= 0.2 } }
        let lower = min(count(about: 0), count(about: 1))
        return lower > 0 && count(about: 0.5) >= lower
    }

    /// Where a record stands along the line between two centres, 0 at the first and 1 at the second, from its distances
    /// to both and theirs from each other.
    private func place(_ first: Double, _ second: Double, _ gap: Double) -> Double {
        guard gap > 0 else { return 0.5 }
        // Cosine distances are squares already.
        return metric == .cosine
            ? (first - second + gap) / (2 * gap)
            : (first * first - second * second + gap * gap) / (2 * gap * gap)
    }

    private mutating func unite(_ a: Int, _ b: Int, options: ClusteringOptions) -> LineageEvent {
        let (kept, gone) = weight(of: a) >= weight(of: b) ? (a, b) : (b, a)
        let weights = (kept: weight(of: kept), gone: weight(of: gone))
        let ended = clusters[gone]
        let centres = (kept: centre(of: kept), gone: centre(of: gone))
        let total = weights.kept + weights.gone
        let layout = layout
        let target = layout.rows(of: kept).lowerBound
        let source = layout.rows(of: gone).lowerBound
        let part = total > 0 ? Float(weights.gone / total) : 0.5
        means.replace(row: target, with: zip(means[row: target], means[row: source]).map { $0 + part * ($1 - $0) }[...])
        updateCentroid(row: target)
        let ways = (
            kept: Double(metric.distance(centres.kept, Array(centroids[row: target]))),
            gone: Double(metric.distance(centres.gone, Array(centroids[row: target])))
        )
        clusters[kept].bringForward(to: clock)
        clusters[kept].absorb(ended.broughtForward(to: clock), ways: ways, metric: metric)
        clusters[kept].terms.merge(
            ended.terms.counts.mapValues { $0 * Forgetting.factor(from: ended.clock, to: clock) },
            factor: 1,
            capacity: vocabularyLimit(options.labels)
        )
        clusters[kept].representatives = Representative.nearest(
            clusters[kept].representatives + ended.representatives,
            limit: options.labels.representatives
        )
        clusters[kept].anchor = PackedVector(elements: Array(centroids[row: target]))
        clusters[kept].revision = version
        let common = clusters[kept].id
        let staying = centroids.rows == 0 ? [] : (0..<centroids.rows).filter { $0 != source }
        clusters.remove(at: gone)
        means = means.selecting(staying)
        centroids = centroids.selecting(staying)
        if let row = index(of: common) { relabel(rows: [row], options: options) }
        return union(of: ended, into: common, before: weights)
    }

    private func union(
        of ended: Cluster,
        into common: Int,
        before: (kept: Double, gone: Double)
    ) -> LineageEvent {
        let row = index(of: common)
        let label = row.map { clusters[$0].label } ?? LabelWriter.number(common)
        return LineageEvent(
            kind: .merged,
            cluster: ended.id,
            related: [common],
            weight: before.gone,
            overlap: 1,
            label: ended.label,
            version: version,
            participants: [
                .init(
                    cluster: common,
                    weightBefore: before.kept,
                    weightAfter: row.map(weight(of:)),
                    overlap: 1,
                    label: label
                ),
                .init(cluster: ended.id, weightBefore: before.gone, weightAfter: nil, overlap: 1, label: ended.label),
            ]
        )
    }
}

extension Cluster {
    /// Brings all decayed figures up to `clock`.
    fileprivate mutating func bringForward(to clock: Double) {
        let factor = Forgetting.factor(from: self.clock, to: clock)
        fadePrototypes(by: factor)
        weight *= factor
        distanceSum *= factor
        distanceSquareSum *= factor
        terms.merge([:], factor: factor, capacity: .max / 2)
        self.clock = clock
    }

    fileprivate func broughtForward(to clock: Double) -> Cluster {
        var result = self
        result.bringForward(to: clock)
        return result
    }

    /// Takes in the members of another cluster of the same clock. `ways` are the distances of both old centres to the
    /// common one, by which the members are farther from it (parallel axes).
    fileprivate mutating func absorb(_ other: Cluster, ways: (kept: Double, gone: Double), metric: Metric) {
        let square = distanceSquareSum + other.distanceSquareSum
        let sum = distanceSum + other.distanceSum
        let added = weight * ways.kept + other.weight * ways.gone
        let addedSquare = weight * ways.kept * ways.kept + other.weight * ways.gone * ways.gone
        if metric == .cosine {
            // A cosine distance is half a squared chord: these add up.
            distanceSum = sum + added
            distanceSquareSum = sum > 0 ? square * (distanceSum / sum) * (distanceSum / sum) : square
        } else {
            distanceSquareSum = square + addedSquare
            distanceSum = square > 0 ? sum * (distanceSquareSum / square).squareRoot() : sum
        }
        weight += other.weight
        let inertia = pursuits.reduce(0) { $0 + $1.inertia } + other.pursuits.reduce(0) { $0 + $1.inertia }
        setPrototypes(weights: [prototypeWeights.reduce(0, +) + other.prototypeWeights.reduce(0, +)])
        pursuits = [Pursuit(inertia: inertia)]
        lastSeen = max(lastSeen, other.lastSeen)
        if let time = other.lastTimestamp { lastTimestamp = max(lastTimestamp ?? time, time) }
    }
}
