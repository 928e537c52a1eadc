public import Kernels
public import Templates

/// All that is known of a stream: an immutable version that a merge or an adoption turns into the next.
///
/// A value: a kept copy is a roll-back. Vectors of the sample and the nursery are shared between copies.
public struct Model: Sendable, Equatable {
    /// Names what made the vectors (kind, model, preprocessing); models of different spaces never mix.
    public let space: String
    /// The length of every vector, `d`.
    public let dimension: Int
    /// How far apart two vectors are.
    public let metric: Metric
    /// Grows by one with each merge and each adoption.
    public internal(set) var version: UInt64 = 0
    /// The exact number of records learned.
    public internal(set) var records: UInt64 = 0
    /// The id that the next born cluster gets.
    public internal(set) var nextClusterID = 1
    /// The living clusters in order of id.
    public internal(set) var clusters: [Cluster] = []
    /// The prototypes that stand for the clusters, `p × d`, those of a cluster one after another in the order of
    /// ``clusters`` (see ``layout``); unit length under the cosine metric. A record belongs to the cluster of the nearest
    /// one. Where every cluster has one prototype, its centroid, row `i` belongs to element `i`.
    public internal(set) var centroids: Matrix
    /// The decayed means of the prototypes' members, `p × d`: equal to ``centroids`` but for their length under cosine.
    var means: Matrix
    /// The decay clock in half-lives.
    public internal(set) var clock: Double = 0
    /// The newest record's time, in milliseconds since 1970, when records have times.
    public internal(set) var newestTimestamp: Int64?
    /// The first record's time, from which a half-life in seconds counts.
    var originTimestamp: Int64?
    /// The decayed weight (as of ``unassignedClock``) of records that belong to no living cluster.
    var unassignedWeight: Double = 0
    var unassignedClock: Double = 0
    /// The number of records at which the model is next rebuilt from its sample while it warms up.
    public internal(set) var nextWarmUp: UInt64 = 0
    /// The anomaly threshold and what it is estimated from.
    public internal(set) var threshold: ScoreThreshold
    /// What scores are measured against: it follows from the sample.
    var core: CoreRecords
    /// The trees that stretch scores; none in spaces of directions.
    var forest = IsolationForest()
    /// How rare the clusters are that records come to.
    var rarity = RarityHistory()
    /// How often there are new kinds.
    var novelty = NoveltyHistory()
    /// How many alarms are left.
    var budget = AlarmBudget()
    /// How often alarms come.
    public internal(set) var vigilance = Vigilance()
    /// What it finds wrong.
    var diagnosis = Diagnosis()
    /// That the whole stream moves, while that is watched.
    var motion: Motion?
    /// Far-off records that wait for company.
    public internal(set) var nursery: Nursery
    /// The decayed sample of the stream.
    public internal(set) var sample: Reservoir
    /// How feature rows become vectors; nil where vectors are ready made.
    public internal(set) var features: FeatureState?
    /// What is known of the deep space; nil in a model of one tier.
    public internal(set) var deep: DeepState?
    /// The templates of lines of logs; nil where none are mined. It follows the records that were published, while the
    /// rest follows those that were learned: at the end of a step both are the same.
    public internal(set) var templates: TemplateBook?

    /// Alarms that are being folded into one.
    var incidents = IncidentBook()

    /// A model that has seen nothing.
    public init(space: String, dimension: Int, metric: Metric) {
        self.space = space
        self.dimension = dimension
        self.metric = metric
        centroids = Matrix(rows: 0, columns: dimension)
        means = centroids
        threshold = ScoreThreshold()
        core = CoreRecords(dimension: dimension, metric: metric)
        nursery = Nursery()
        sample = Reservoir()
    }

    /// The decayed weight of cluster `index` (its row) at the present clock.
    public func weight(of index: Int) -> Double {
        clusters[index].weight * Forgetting.factor(from: clusters[index].clock, to: clock)
    }

    /// The decayed weight of all clusters at the present clock, in row order.
    public var weights: [Double] { clusters.indices.map(weight(of:)) }

    /// The decayed weight of the records that belong to no living cluster.
    public var outlierWeight: Double { unassignedWeight * Forgetting.factor(from: unassignedClock, to: clock) }

    /// The decayed weight of every record seen: the number of records where nothing is forgotten.
    public var totalWeight: Double { weights.reduce(outlierWeight, +) }

    /// The row of the cluster with this id, or nil when it no longer (or never) lived.
    public func index(of id: Int) -> Int? {
        var low = 0
        var high = clusters.count
        while low < high {
            let middle = (low + high) / 2
            if clusters[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < clusters.count && clusters[low].id == id ? low : nil
    }
}
