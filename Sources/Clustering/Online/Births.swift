import Kernels

extension Model {
    /// Puts far-off records into the nursery and makes a cluster of each dense group that they complete.
    ///
    /// A group is dense when enough of the nursery lies within a typical cluster's reach of one record, and then of the
    /// group's own centroid. At the ceiling the lightest cluster makes room if it is lighter than the group; otherwise
    /// the group waits.
    mutating func bear(_ newcomers: [StoredRecord], options: ClusteringOptions) -> [LineageEvent] {
        guard !newcomers.isEmpty, !clusters.isEmpty else { return [] }
        for record in newcomers { nursery.append(record, capacity: options.nurseryCapacity) }
        let reach = BirthReach(radii: Radii(model: self, birth: options.birth), metric: metric)
        var events: [LineageEvent] = []
        // What was found about one of several records with the same vector holds for the others.
        var unborn: [[Float]] = []
        for seed in newcomers
        where nursery.waiting.contains(where: { $0 === seed }) && !unborn.contains(seed.vector) {
            guard let group = group(around: seed, reach: reach, options: options), !isFringe(group) else {
                unborn.append(seed.vector)
                continue
            }
            events += bear(group, options: options)
            unborn = []
        }
        return events
    }

    /// A group of the nursery that could become a cluster.
    struct BirthGroup {
        var members: [Int]
        var mean: [Float]
        var centroid: [Float]
        var distances: [Float]
        var weight: Double
    }

    /// The dense group that `seed` belongs to, if there is one.
    private func group(around seed: StoredRecord, reach: BirthReach, options: ClusteringOptions) -> BirthGroup? {
        let near = nursery.waiting.indices.filter {
            metric.distance(seed.vector, nursery.waiting[$0].vector) <= reach.pair
        }
        guard near.count >= options.birthMembers else { return nil }
        let isUsual = isChance(near, reach: reach.pair)
        guard !isUsual || isClosed(near, reach: reach.pair) else { return nil }
        var centroid = Matrix(columns: dimension, storage: mean(of: near))
        if metric == .cosine { centroid.normalise(row: 0) }
        let core = centroid.storage
        let all = nursery.waiting.map { metric.distance(core, $0.vector) }
        let members = all.indices.filter { all[$0] <= reach.centroid }
        guard members.count >= options.birthMembers else { return nil }
        let final = mean(of: members)
        var unit = Matrix(columns: dimension, storage: final)
        if metric == .cosine { unit.normalise(row: 0) }
        let group = BirthGroup(
            members: members,
            mean: final,
            centroid: unit.storage,
            distances: members.map { metric.distance(unit.storage, nursery.waiting[$0].vector) },
            weight: members.reduce(0) { $0 + Forgetting.factor(from: nursery.waiting[$1].clock, to: clock) }
        )
        // Nothing else lies around what a cluster leaves behind on its way, or in a corner where few records are scattered.
        return isUsual && (isOnPath(group, options: options) || !isFrequent(members)) ? nil : group
    }

    /// The share of the stream, since a group began, from which on it is no corner among scattered records.
    private static let frequentShare = 0.05

    /// Whether a group is a considerable part of what arrived since its first member.
    private func isFrequent(_ group: [Int]) -> Bool {
        guard let first = group.lazy.map({ self.nursery.waiting[$0].record }).min() else { return false }
        return Double(group.count) >= Self.frequentShare * Double(records - min(first, records))
    }

    /// Whether a cluster may have been where the group is, or be on its way there.
    private func isOnPath(_ group: BirthGroup, options: ClusteringOptions) -> Bool {
        // The steps that features come in make groups with nothing between them, which mean nothing.
        guard features == nil, memoryBegins == 0, let pair = neighbour(of: group) else { return true }
        return isWithinPath(pair, options: options)
    }

    private func isWithinPath(_ pair: Nearest, options: ClusteringOptions) -> Bool {
        let radii = Radii(model: self, birth: options.birth)
        // One that lags behind its members reaches too far.
        let reach = Double(min(radii.limits[pair.cluster], radii.typicalLimit))
        return Double(pair.distance) <= options.lineage.pathReach * reach
    }

    /// Whether the nursery is so full of scattered records that as many lie together anywhere.
    private func isChance(_ group: [Int], reach: Float) -> Bool {
        Chance.explains(group.count, outside: others(than: group)) { place in
            nursery.waiting.indices.count { areNear(place, $0, reach) }
        }
    }

    /// Whether a group has nothing else of the nursery around it. Where several appear at once, as many lie together in
    /// each, and none stands out of the others.
    private func isClosed(_ group: [Int], reach: Float) -> Bool {
        Chance.isClosed(group, outside: others(than: group)) { areNear($0, $1, reach) }
    }

    private func others(than group: [Int]) -> [Int] {
        let inside = Set(group)
        return nursery.waiting.indices.filter { !inside.contains($0) }
    }

    private func areNear(_ a: Int, _ b: Int, _ reach: Float) -> Bool {
        metric.distance(nursery.waiting[a].vector, nursery.waiting[b].vector) <= reach
    }

    /// Whether a group may be no more than what lies at the edge of the nearest cluster: it is wide for its distance from
    /// that cluster, and light beside it.
    ///
    /// In few dimensions the rare far-off members of a heavy cluster crowd together in the nursery. A round cluster has
    /// some 0.5 % of its weight there, less than half of it on one side.
    private func isFringe(_ group: BirthGroup) -> Bool {
        guard let pair = neighbour(of: group) else { return false }
        let spread = group.distances.reduce(0, +) / Float(group.distances.count)
        // A cosine distance is half a squared chord.
        let isTight = metric == .cosine ? 16 * spread <= pair.distance : 4 * spread <= pair.distance
        return !isTight && group.weight < 0.02 * weight(of: pair.cluster)
    }

    /// The cluster that a group lies nearest to, and how far from it; nil without clusters.
    private func neighbour(of group: BirthGroup) -> Nearest? {
        let pair = Nearest.search(
            queries: Matrix(columns: dimension, storage: group.centroid),
            prototypes: centroids,
            layout: layout,
            metric: metric
        )[0]
        return pair.cluster >= 0 ? pair : nil
    }

    /// The mean vector of members of the nursery.
    private func mean(of members: [Int]) -> [Float] {
        var sum = [Double](repeating: 0, count: dimension)
        for member in members {
            for (column, value) in nursery.waiting[member].vector.enumerated() { sum[column] += Double(value) }
        }
        return sum.map { Float($0 / Double(members.count)) }
    }

    private mutating func bear(_ group: BirthGroup, options: ClusteringOptions) -> [LineageEvent] {
        var events: [LineageEvent] = []
        if clusters.count >= options.maximumClusters {
            let weights = weights
            guard let lightest = weights.indices.min(by: { weights[$0] < weights[$1] }),
                weights[lightest] < group.weight
            else { return [] }
            events += retire(rows: [lightest])
        }
        let parent = parent(of: group, options: options)
        let records = group.members.map { nursery.waiting[$0] }
        var cluster = Cluster(id: nextClusterID, clock: clock, bornAt: self.records, revision: version)
        nextClusterID += 1
        // Decayed records are worth less than one; the weight they carried as outliers moves with them.
        cluster.weight = min(group.weight, outlierWeight)
        cluster.setPrototypes(weights: [cluster.weight])
        cluster.anchor = PackedVector(elements: group.centroid)
        let perMember = cluster.weight / Double(records.count)
        cluster.describe(records: records, distances: group.distances, perMember: perMember, options: options.labels)
        addUnassigned(-cluster.weight)
        clusters.append(cluster)
        means.append(row: group.mean)
        centroids.append(row: group.centroid)
        let gone = Set(group.members)
        nursery.waiting = nursery.waiting.indices.filter { !gone.contains($0) }.map { nursery.waiting[$0] }
        relabel(rows: [clusters.count - 1], options: options)
        var event = LineageEvent(
            kind: .born,
            cluster: cluster.id,
            related: [],
            weight: cluster.weight,
            overlap: nil,
            label: clusters[clusters.count - 1].label,
            version: version
        )
        if let parent { part(from: parent, &event) }
        return events + [event]
    }

    /// The cluster that a group has parted from: while the stream drifts, the nearest one where it is no farther than a
    /// path leads. It follows the rest of its members, so that those which went another way were left behind.
    private func parent(of group: BirthGroup, options: ClusteringOptions) -> (id: Int, weight: Double)? {
        guard pursues(options), memoryBegins > 0, let pair = neighbour(of: group),
            isWithinPath(pair, options: options)
        else { return nil }
        return (clusters[pair.cluster].id, weight(of: pair.cluster))
    }

    /// Makes the birth of a cluster the split of another.
    private func part(from parent: (id: Int, weight: Double), _ event: inout LineageEvent) {
        guard let row = index(of: parent.id) else { return }
        event.kind = .split
        event.related = [parent.id]
        event.overlap = 0
        event.participants = [
            .init(
                cluster: parent.id,
                weightBefore: parent.weight,
                weightAfter: weight(of: row),
                overlap: 1,
                label: clusters[row].label
            ),
            .init(cluster: event.cluster, weightBefore: nil, weightAfter: event.weight, overlap: 0, label: event.label),
        ]
    }
}

extension Cluster {
    /// Sets everything but the weight from the records it is made of, each of which counts `perMember`.
    mutating func describe(records: [StoredRecord], distances: [Float], perMember: Double, options: LabelOptions) {
        distanceSum = 0
        distanceSquareSum = 0
        var counts: [String: Double] = [:]
        var speakers: [Representative] = []
        for (record, distance) in zip(records, distances) {
            distanceSum += perMember * Double(distance)
            distanceSquareSum += perMember * Double(distance) * Double(distance)
            lastSeen = max(lastSeen, record.record)
            if let time = record.timestamp { lastTimestamp = max(lastTimestamp ?? time, time) }
            guard let text = record.text else { continue }
            Terms.count(text, pairs: options.pairs, weight: perMember, into: &counts)
            speakers.append(
                Representative(text: text, distance: distance, record: record.record, clock: record.clock)
            )
        }
        terms = TermCounts()
        terms.merge(counts, factor: 1, capacity: options.vocabulary)
        representatives = Representative.nearest(speakers, limit: options.representatives)
    }
}

/// How near records of the nursery must be to each other to become a cluster.
struct BirthReach: Sendable {
    /// The distance of two members.
    let pair: Float
    /// The distance of a member to the centroid.
    let centroid: Float

    /// Two members that are each `r` from the centroid, in unrelated directions, are `√2·r` from each other; as cosine
    /// distances, `1 - (1 - r)²`.
    init(radii: Radii, metric: Metric) {
        centroid = radii.typicalLimit
        pair = metric == .cosine ? 1 - (1 - centroid) * (1 - centroid) : centroid * Float(2).squareRoot()
    }
}
