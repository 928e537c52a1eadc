/// What a run of records adds to a model: mergeable statistics since one version.
///
/// Merging is associative. Sums of vectors are kept in 64-bit floats, so that it is also exact as long as the elements'
/// magnitudes lie within a factor of about 2²⁹ divided by the number of records of each other.
public struct Delta: Sendable, Equatable, Codable {
    /// The version of the model that judged the records.
    public let modelVersion: UInt64
    /// The length of every vector, `d`.
    public let dimension: Int
    /// The number (counting from 0) in the stream of the first record.
    public let firstRecord: UInt64
    /// How many records it covers.
    public internal(set) var records = 0
    /// The time of the first record that has one, in milliseconds since 1970.
    public internal(set) var firstTimestamp: Int64?
    /// The oldest record's time in milliseconds since 1970.
    public internal(set) var oldestTimestamp: Int64?
    /// The newest record's time in milliseconds since 1970.
    public internal(set) var newestTimestamp: Int64?
    /// What each cluster gained, in order of first gain.
    var gains: [ClusterGain] = []
    /// Where in `gains` a cluster id stands.
    var gainIndex: [Int: Int] = [:]
    /// Every record's anomaly score, in order.
    var scores: [Float] = []
    /// Beside each score the cluster that the record is nearest to, and its tail in the stream.
    var surprises: [Surprise] = []
    /// How many records came to clusters of each ``RarityHistory`` step; empty while there are no clusters.
    var steps: [Int] = []
    /// By source how many records were judged, and how many were the first of their kind.
    var novelties: [Int: NoveltyHistory.Tally] = [:]
    /// How many records raised an alarm.
    var alarms = 0
    /// How many did before a second look at them.
    var told = 0
    /// Records that are far from every cluster, in order.
    var far: [StoredRecord] = []
    /// Records that stand for the reservoir, in order.
    var sampled: [StoredRecord] = []
    /// Records that the reservoir does not want, in order: kept while a motion of the whole stream is watched, which the
    /// newest records show. Nil else.
    var passing: [StoredRecord]?
    /// Records that were flagged, in order.
    var flagged: [Alarm] = []
    /// The deep scores of sampled records, in order.
    var deepScores: [Float] = []
    /// The version in which the map between the tiers was fitted that the vectors here were made by; 0 without one.
    let mappedAt: UInt64
    /// What turned raw rows into the vectors here; nil where vectors are ready made.
    let encoding: FeatureEncoding?
    /// What the raw rows teach of the fields.
    var statistics: FeatureStatistics?

    /// An empty delta for the records that follow `model`.
    public init(model: Model) {
        modelVersion = model.version
        dimension = model.dimension
        firstRecord = model.records
        encoding = model.features?.encoding
        mappedAt = model.deep?.fittedAt ?? 0
        statistics = encoding.map { FeatureStatistics(layout: $0.layout) }
    }

    /// Both runs as one, `self` first. Both must be judged by the same version of a model.
    public func merging(_ other: Delta) throws(ClusteringError) -> Delta {
        guard other.modelVersion == modelVersion, other.dimension == dimension else {
            throw .mismatch(
                "a delta of model version \(other.modelVersion) (dimension \(other.dimension)) cannot be merged with one of"
                    + " version \(modelVersion) (dimension \(dimension)); merge deltas of one version only"
            )
        }
        var result = self
        result.records += other.records
        result.firstTimestamp = firstTimestamp ?? other.firstTimestamp
        result.widen(oldest: other.oldestTimestamp, newest: other.newestTimestamp)
        for gain in other.gains { result.add(gain) }
        result.scores += other.scores
        result.surprises += other.surprises
        result.alarms += other.alarms
        result.told += other.told
        result.add(steps: other.steps)
        result.novelties.merge(other.novelties, uniquingKeysWith: +)
        result.far += other.far
        result.sampled += other.sampled
        if let passing = other.passing { result.passing = (result.passing ?? []) + passing }
        result.flagged += other.flagged
        result.deepScores += other.deepScores
        if let statistics = other.statistics { result.statistics?.merge(statistics) }
        return result
    }

    /// Counts a record that was judged.
    mutating func note(step: Int, source: Int, isFirst: Bool) {
        novelties[source, default: .init()].records += 1
        if isFirst { novelties[source, default: .init()].firsts += 1 }
        if steps.isEmpty { steps = Array(repeating: 0, count: RarityHistory.steps) }
        steps[step] += 1
    }

    private mutating func add(steps other: [Int]) {
        if steps.isEmpty { return steps = other }
        for step in steps.indices where step < other.count { steps[step] += other[step] }
    }

    mutating func widen(oldest: Int64?, newest: Int64?) {
        if let oldest { oldestTimestamp = min(oldestTimestamp ?? oldest, oldest) }
        if let newest { newestTimestamp = max(newestTimestamp ?? newest, newest) }
    }

    private mutating func add(_ gain: ClusterGain) {
        if let index = gainIndex[gain.cluster] {
            gains[index].add(gain)
        } else {
            gainIndex[gain.cluster] = gains.count
            gains.append(gain)
        }
    }
}

/// How odd a record is for the whole stream, and which cluster it is nearest to.
struct Surprise: Sendable, Equatable {
    let cluster: Int
    /// The tail of its score among those of all records, as of the version that judged it; -1 where that was not known.
    let tail: Float
}

extension Surprise: Codable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        cluster = try container.decode(Int.self)
        tail = try container.decode(Float.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(cluster)
        try container.encode(tail)
    }
}

/// What one cluster gains by a run of records.
struct ClusterGain: Sendable, Equatable, Codable {
    let cluster: Int
    var weight: Double = 0
    /// The version in which the cluster's prototypes were set, to whose numbers `parts` refers.
    let arrangedAt: UInt64
    /// What each prototype gained, in order of first gain.
    var parts: [PrototypeGain] = []
    var distanceSum: Double = 0
    var distanceSquareSum: Double = 0
    var lastSeen: UInt64 = 0
    var lastTimestamp: Int64?
    var terms: [String: Double] = [:]
    /// Candidates for representatives, nearest first, bounded.
    var representatives: [Representative] = []

    init(cluster: Int, arrangedAt: UInt64) {
        self.cluster = cluster
        self.arrangedAt = arrangedAt
    }

    /// The place in `parts` of a prototype's gain, made on first need.
    mutating func part(for prototype: Int, dimension: Int) -> Int {
        if let index = parts.firstIndex(where: { $0.prototype == prototype }) { return index }
        parts.append(PrototypeGain(prototype: prototype, sum: Array(repeating: 0, count: dimension)))
        return parts.count - 1
    }

    mutating func add(_ other: ClusterGain) {
        weight += other.weight
        for gain in other.parts {
            let index = part(for: gain.prototype, dimension: gain.sum.count)
            parts[index].weight += gain.weight
            for column in gain.sum.indices { parts[index].sum[column] += gain.sum[column] }
        }
        distanceSum += other.distanceSum
        distanceSquareSum += other.distanceSquareSum
        lastSeen = max(lastSeen, other.lastSeen)
        if let time = other.lastTimestamp { lastTimestamp = max(lastTimestamp ?? time, time) }
        terms.merge(other.terms, uniquingKeysWith: +)
        representatives = Representative.nearest(representatives + other.representatives, limit: .max)
    }
}

/// What one prototype of a cluster gains by a run of records.
struct PrototypeGain: Sendable, Equatable, Codable {
    /// Its number within the cluster.
    let prototype: Int
    /// How many records were nearest to it.
    var weight: Double = 0
    /// The sum of their vectors, `d` elements.
    var sum: [Double]

    init(prototype: Int, sum: [Double]) {
        self.prototype = prototype
        self.sum = sum
    }
}
