import Kernels
import Templates

/// What `meta` holds: everything of a model but its clusters, nursery and sample, and what these must add up to.
struct StoredMeta: Codable {
    var space: String
    var dimension: Int
    var metric: Metric
    var version: UInt64
    var records: UInt64
    var nextClusterID: Int
    var clock: Double
    var newestTimestamp: Int64?
    var originTimestamp: Int64?
    var unassignedWeight: Double
    var unassignedClock: Double
    var nextWarmUp: UInt64
    var threshold: ScoreThreshold
    var clusters: Int
    var nursery: Int
    var sample: Int
    /// A sum over all other entries of what identifies their state.
    var digest: UInt64
    var sourceOffsets: [String: Int64]
    /// How feature rows become vectors, where the model does it.
    var features: FeatureState?
    /// What is known of templates beside themselves, where they are mined.
    var templates: TemplateBook.Summary?

    init(_ model: Model, sourceOffsets: [String: Int64]) {
        space = model.space
        dimension = model.dimension
        metric = model.metric
        version = model.version
        records = model.records
        nextClusterID = model.nextClusterID
        clock = model.clock
        newestTimestamp = model.newestTimestamp
        originTimestamp = model.originTimestamp
        unassignedWeight = model.unassignedWeight
        unassignedClock = model.unassignedClock
        nextWarmUp = model.nextWarmUp
        threshold = model.threshold
        clusters = model.clusters.count
        nursery = model.nursery.waiting.count
        sample = model.sample.slots.count
        digest = Self.digest(of: model)
        features = model.features
        templates = model.templates?.summary
        self.sourceOffsets = sourceOffsets
    }

    /// Changes with every change of a cluster's revision or of a record in the nursery or the sample, and does not
    /// depend on their order: entries of different versions do not add up to it.
    static func digest(of model: Model) -> UInt64 {
        func identity(_ kind: UInt64, _ key: UInt64, _ state: UInt64) -> UInt64 {
            SeededGenerator.mix(kind ^ SeededGenerator.mix(key &+ SeededGenerator.mix(state &+ 1)))
        }
        var sum: UInt64 = 0
        for cluster in model.clusters { sum &+= identity(1, UInt64(cluster.id), cluster.revision) }
        for record in model.nursery.waiting { sum &+= identity(2, record.record, 0) }
        for template in model.templates?.templates ?? [] {
            sum &+= identity(4, UInt64(template.id), UInt64(template.lines))
        }
        for (slot, record) in model.sample.slots.enumerated() { sum &+= identity(3, UInt64(slot), record.record) }
        return sum
    }
}

/// What `cluster/<id>` holds; the prototypes follow from their means.
struct StoredCluster: Codable {
    var cluster: Cluster
    /// The means of the prototypes one after another, `d` elements each.
    var mean: PackedVector
}
