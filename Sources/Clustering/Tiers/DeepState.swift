public import Kernels

/// What a model of two tiers knows beside its clusters: how the fast tier's vectors become those that it works on.
///
/// Every record has a fast vector, its row. The few that enter the sample have a deep one besides, of a slower and
/// better space: clusters are made of these. A linear map, fitted to the sampled records each time the clusters are
/// made, takes rows to where their deep vectors should be; there a cluster has the mean of its members' mapped rows,
/// and assignment, births and drift go on as in any model. In both places a cluster is the same and has one id.
public struct DeepState: Sendable, Equatable {
    /// The elements of a row, `r`.
    public let rowDimension: Int
    /// From rows to deep vectors, as it was fitted when the clusters were last made; nil before.
    public internal(set) var map: SpaceMap?
    /// The version of the model in which the map was fitted.
    public internal(set) var fittedAt: UInt64 = 0
    /// The anomaly threshold of deep scores, estimated from the sampled records: a fair sample of all.
    public internal(set) var threshold = ScoreThreshold()
    /// What deep scores are distances to.
    var core: CoreRecords

    init(rowDimension: Int, dimension: Int, metric: Metric) {
        self.rowDimension = rowDimension
        core = CoreRecords(dimension: dimension, metric: metric)
    }

    /// What a delta that the sample has taken in teaches of deep scores.
    mutating func learn(_ delta: Delta, clock: Double, hasTimes: Bool, options: ClusteringOptions) {
        // Scores against a core that still grows are larger than those that follow.
        let isCoreFull = core.records.count >= min(CoreRecords.capacity, options.sampleCapacity)
        core = core.taking(delta.sampled.compactMap(\.deepened), sampleCapacity: options.sampleCapacity)
        guard isCoreFull else { return }
        threshold.learn(delta.deepScores, clock: clock, options: options.anomalies.ofDistance(hasTimes: hasTimes))
    }

    /// The vectors of rows, `n × r` to `n × e`, of unit length under the cosine metric. Before the first map, when no
    /// cluster is there to be near to, rows cut or filled up with zeros.
    func encode(_ rows: Matrix, dimension: Int, metric: Metric) -> Matrix {
        var result: Matrix
        if let map {
            result = map.mapped(rows)
        } else {
            result = Matrix(rows: rows.rows, columns: dimension)
            for row in 0..<rows.rows {
                for (column, value) in rows[row: row].prefix(dimension).enumerated() {
                    result.storage[row * dimension + column] = value
                }
            }
        }
        if metric == .cosine { for row in 0..<result.rows { result.normalise(row: row) } }
        return result
    }

    /// Stored records with the vectors that the map makes of their rows.
    func encode(_ records: [StoredRecord], dimension: Int, metric: Metric) -> [StoredRecord] {
        let rows = Matrix(columns: rowDimension, storage: records.flatMap { $0.row ?? [] })
        guard rows.rows == records.count else { return records }
        let vectors = encode(rows, dimension: dimension, metric: metric)
        return records.enumerated().map { $1.with(vector: Array(vectors[row: $0])) }
    }

    /// What a delta taught, in vectors of the present map. Of one that was judged by an older map the records are taken
    /// over, and of the clusters' gains the weight alone.
    func current(_ delta: Delta, dimension: Int, metric: Metric) -> Delta {
        let lacksVectors = (delta.sampled + delta.far).contains(where: \.vector.isEmpty)
        guard delta.mappedAt != fittedAt || lacksVectors else { return delta }
        var result = delta
        result.sampled = encode(delta.sampled, dimension: dimension, metric: metric)
        result.far = encode(delta.far, dimension: dimension, metric: metric)
        guard delta.mappedAt != fittedAt else { return result }
        for index in result.gains.indices { result.gains[index].parts = [] }
        result.deepScores = []
        return result
    }
}

extension Model {
    /// A model of two tiers that has seen nothing: ``assign(vectors:observations:model:options:)`` takes rows of
    /// `rowDimension` elements; sampled records and suspected anomalies have a deep vector of `dimension` elements
    /// besides.
    public init(space: String, dimension: Int, metric: Metric, rowDimension: Int) {
        self.init(space: space, dimension: dimension, metric: metric)
        deep = DeepState(rowDimension: rowDimension, dimension: dimension, metric: metric)
    }

    /// The same clusters by their deep centroids, without a sample: those of the members' deep vectors, or of a cluster
    /// that was born since these were last looked at, its own.
    var deepFrame: Model {
        guard let deep else { return self }
        var frame = Model(space: space, dimension: dimension, metric: metric)
        frame.version = version
        frame.records = records
        frame.nextClusterID = nextClusterID
        frame.clock = clock
        frame.newestTimestamp = newestTimestamp
        frame.originTimestamp = originTimestamp
        frame.unassignedWeight = unassignedWeight
        frame.unassignedClock = unassignedClock
        frame.nextWarmUp = nextWarmUp
        frame.threshold = deep.threshold
        frame.clusters = clusters
        frame.centroids = centroids
        let layout = layout
        for (index, cluster) in clusters.enumerated() {
            let rows = layout.rows(of: index)
            guard let known = cluster.deepPrototypes?.elements, known.count == rows.count * dimension else { continue }
            frame.centroids.storage.replaceSubrange(
                rows.lowerBound * dimension..<rows.upperBound * dimension,
                with: known
            )
        }
        frame.means = frame.centroids
        return frame
    }

    /// The same clusters as a model of the deep space alone, with the sample's deep vectors; of any other model itself.
    ///
    /// Reclustering, matching and the gate work on it as on any other. Nothing waits in its nursery.
    var deepView: Model {
        guard deep != nil else { return self }
        var view = deepFrame
        view.sample = Reservoir(slots: sample.slots.compactMap(\.deepened))
        view.core = CoreRecords(of: view.sample, dimension: dimension, metric: metric)
        view.takeDistances(from: view.sample.living(at: clock))
        return view
    }

    /// Sets each cluster's distances to those of the sampled records that are nearest to it; of a cluster without any to
    /// those of all. Where clusters were before is not known in this space.
    private mutating func takeDistances(from records: [StoredRecord]) {
        guard !clusters.isEmpty else { return }
        let data = Matrix(records: records, dimension: dimension)
        let pairs = Nearest.search(queries: data, prototypes: centroids, layout: layout, metric: metric)
        let moments = DistanceMoments.of(pairs, clusters: clusters.count)
        let all = moments.reduce(into: DistanceMoments()) { $0.add($1) }
        for row in clusters.indices {
            clusters[row].take(moments[row].count > 0 ? moments[row] : all)
            clusters[row].anchor = PackedVector(elements: [])
        }
    }
}

/// The number, the sum and the sum of squares of distances.
struct DistanceMoments {
    var count = 0.0
    var sum = 0.0
    var square = 0.0

    /// The moments of each cluster's members.
    static func of(_ pairs: [Nearest], clusters: Int) -> [DistanceMoments] {
        var moments = [DistanceMoments](repeating: DistanceMoments(), count: clusters)
        for pair in pairs where pair.cluster >= 0 {
            let distance = Double(pair.distance)
            moments[pair.cluster].add(DistanceMoments(count: 1, sum: distance, square: distance * distance))
        }
        return moments
    }

    mutating func add(_ other: DistanceMoments) {
        count += other.count
        sum += other.sum
        square += other.square
    }
}

extension Cluster {
    /// Sets the distances of the members, whose weight stays as it is.
    mutating func take(_ moments: DistanceMoments) {
        guard moments.count > 0 else { return }
        distanceSum = weight * moments.sum / moments.count
        distanceSquareSum = weight * moments.square / moments.count
    }
}
