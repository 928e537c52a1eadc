import BatchClustering
import Kernels

extension Model {
    /// What installing a candidate did.
    struct Installation {
        var lineage: [LineageEvent]
        /// The share of sampled records that kept their cluster id; nil without living clusters before.
        var retention: Double?
    }

    /// Makes a candidate's clusters the living ones: ids are carried over by matching, weights are spread by the
    /// sample.
    ///
    /// The decayed total weight does not change. Sampled records beyond the reach of every cluster are outliers, and so
    /// are clusters with a single member, but for the very first records.
    mutating func install(_ candidate: Candidate, options: ClusteringOptions) -> Installation {
        let placement = Placement(model: self, candidate: candidate, birth: options.birth)
        let matching = Matching(
            overlap: placement.overlap(model: self, candidate: candidate, birth: options.birth),
            options: options.lineage,
            isDrifting: candidate.since > 0
        )
        let members = placement.members(candidate.clusterCount)
        let before = self
        version += 1
        var built = build(
            placement: placement,
            matching: matching,
            members: members,
            candidate: candidate,
            options: options
        )
        if pursues(options), candidate.carried == nil {
            settle(&built, members: members, placement: placement, layout: candidate.layout)
        }
        built.sort { $0.cluster.id < $1.cluster.id }
        let total = before.totalWeight
        clusters = built.map(\.cluster)
        means = Matrix(columns: dimension, storage: built.flatMap(\.means))
        centroids = means
        if metric == .cosine {
            for row in 0..<centroids.rows { centroids.normalise(row: row) }
        }
        unassignedWeight = max(0, total - clusters.reduce(0) { $0 + $1.weight })
        unassignedClock = clock
        relabel(rows: Array(clusters.indices), options: options)
        // Those that no cluster took in wait on: they are what a group has to stand out from.
        keepFar(options: options)

        let rowOf = Dictionary(uniqueKeysWithValues: built.enumerated().map { ($1.column, $0) })
        let ids = placement.new.map { rowOf[$0.cluster].map { clusters[$0].id } }
        let retention = Quality.idRetention(before: placement.old.map { before.clusters[$0.cluster].id }, after: ids)
        let ways = built.enumerated().map { row, made in
            matching.source[made.column].map { way(of: row, from: before.centre(of: $0)) }
        }
        let transitions = Transitions(
            before: before,
            after: self,
            matching: matching,
            rows: rowOf,
            ways: ways,
            options: options.lineage
        )
        let lineage = transitions.events()
        for event in lineage where event.kind != .kept {
            if let row = index(of: event.cluster) { clusters[row].anchor = PackedVector(elements: centre(of: row)) }
        }
        return Installation(lineage: lineage, retention: retention)
    }

    /// Takes the records out of the nursery that lie within the reach of a cluster.
    mutating func keepFar(options: ClusteringOptions) {
        guard !clusters.isEmpty, !nursery.waiting.isEmpty else { return }
        let limits = Radii(model: self, birth: options.birth).limits
        let nearest = Nearest.search(
            queries: Matrix(records: nursery.waiting, dimension: dimension),
            prototypes: centroids,
            layout: layout,
            metric: metric
        )
        nursery.waiting = nearest.indices.filter { nearest[$0].distance > limits[nearest[$0].cluster] }
            .map { nursery.waiting[$0] }
    }

    /// How far a cluster is from where it was when that was last said of it, in mean distances of its members.
    private func way(of row: Int, from last: [Float]) -> Double {
        let anchor = clusters[row].anchor.elements
        let way = Double(metric.distance(anchor.isEmpty ? last : anchor, centre(of: row)))
        return way / max(radius(of: row), .leastNormalMagnitude)
    }

    /// A cluster made of a candidate's.
    struct Built {
        var column: Int
        var cluster: Cluster
        /// The means of its prototypes' members, one after another.
        var means: [Float]
    }

    /// Among fewer sampled records a single one may be all that was seen of a group.
    private static let loneRecords = 100

    private mutating func build(
        placement: Placement,
        matching: Matching,
        members: [[Int]],
        candidate: Candidate,
        options: ClusteringOptions
    ) -> [Built] {
        let perMember = totalWeight / Double(max(1, placement.records.count))
        let least = placement.records.count < Self.loneRecords ? 1 : 2
        let layout = candidate.layout
        var built: [Built] = []
        let isJudged =
            candidate.since > 0 && candidate.carried == nil && records > options.warmUpRecords && !clusters.isEmpty
        let newborn =
            isJudged ? NewbornTest(model: self, placement: placement, matching: matching, options: options) : nil
        for (column, rows) in members.enumerated() where rows.count >= least {
            let isNew = matching.source[column] == nil && matching.origin(of: column) == nil
            if isNew, let newborn, !newborn.isDense(rows) { continue }
            let old = matching.source[column].map { clusters[$0] }
            var cluster = Cluster(
                id: old?.id ?? nextClusterID,
                clock: clock,
                bornAt: old?.bornAt ?? records,
                revision: version
            )
            if old == nil { nextClusterID += 1 }
            let place = layout.rows(of: column)
            let keepsAll = candidate.carried != nil || candidate.keepsPlaces
            var prototypes = prototypes(place, members: rows, placement: placement, keepsAll: keepsAll)
            if keepsAll {
                prototypes.means = candidate.centroids.selecting(Array(place)).storage
            }
            cluster.weight = perMember * Double(rows.count)
            cluster.setPrototypes(weights: prototypes.counts.map { perMember * Double($0) })
            if candidate.since > 0 { cluster.limitInertia(to: prototypes.counts.map(Double.init)) }
            cluster.describe(
                records: rows.map { placement.records[$0] },
                distances: rows.map { placement.new[$0].distance },
                perMember: perMember,
                options: options.labels
            )
            if let old {
                cluster.label = old.label
                cluster.anchor = old.anchor
                cluster.rate = old.rate
                cluster.localTail = old.localTail
            }
            cluster.standing = placement.standing(of: rows, among: clusters)
            built.append(Built(column: column, cluster: cluster, means: prototypes.means))
        }
        return built
    }

    /// The means and the numbers of the members nearest to each prototype; prototypes without members are left out, but
    /// where all are to be kept.
    private func prototypes(
        _ prototypes: Range<Int>,
        members: [Int],
        placement: Placement,
        keepsAll: Bool
    ) -> (means: [Float], counts: [Int]) {
        var sums = [Double](repeating: 0, count: prototypes.count * dimension)
        var counts = [Int](repeating: 0, count: prototypes.count)
        for row in members {
            let place = placement.new[row].prototype - prototypes.lowerBound
            counts[place] += 1
            for (column, value) in placement.data[row: row].enumerated() {
                sums[place * dimension + column] += Double(value)
            }
        }
        let kept = counts.indices.filter { keepsAll || counts[$0] > 0 }
        let means = kept.flatMap { place in
            (0..<dimension).map { Float(sums[place * dimension + $0] / Double(max(1, counts[place]))) }
        }
        return (means, kept.map { counts[$0] })
    }

    /// The mean distance of a cluster's members to its centre; of several prototypes, their own distance besides.
    private func radius(of row: Int) -> Double {
        let rows = layout.rows(of: row)
        guard rows.count > 1 else { return clusters[row].meanDistance }
        let centre = centre(of: row)
        let spread = rows.reduce(0.0) { $0 + Double(metric.distance(centre, Array(centroids[row: $1]))) }
        return clusters[row].meanDistance + spread / Double(rows.count)
    }
}
