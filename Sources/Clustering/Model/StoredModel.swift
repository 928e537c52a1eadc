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
    /// How many trees the forest has, which is next and how many are due; nil where scores were others.
    var forest: StoredForest?
    var rarity: RarityHistory?
    var novelty: NoveltyHistory?
    var vigilance: Vigilance?
    /// Nil where an older version wrote it, whose scores of directions were others.
    var budget: AlarmBudget?
    var diagnosis: Diagnosis?
    /// The watch of a motion of the whole stream, where there is one.
    var motion: Motion?
    /// A sum over all other entries of what identifies their state.
    var digest: UInt64
    var sourceOffsets: [String: Int64]
    /// Alarms that are being folded; nil where an older version wrote it.
    var incidents: IncidentBook?
    /// How feature rows become vectors, where the model does it.
    var features: FeatureState?
    /// What is known of the deep space, where there are two tiers.
    var deep: StoredDeep?
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
        motion = model.motion
        clusters = model.clusters.count
        nursery = model.nursery.waiting.count
        sample = model.sample.slots.count
        forest = StoredForest(
            trees: model.forest.trees.count,
            next: model.forest.next,
            due: model.forest.due,
            grown: model.forest.grown
        )
        rarity = model.rarity
        novelty = model.novelty
        vigilance = model.vigilance
        budget = model.budget
        diagnosis = model.diagnosis
        digest = Self.digest(of: model)
        incidents = model.incidents
        features = model.features
        deep = model.deep.map(StoredDeep.init)
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
            sum &+= identity(4, UInt64(template.id), template.stamp)
            sum &+= identity(5, UInt64(template.id), UInt64(template.lines))
        }
        for (slot, record) in model.sample.slots.enumerated() { sum &+= identity(3, UInt64(slot), record.record) }
        if let deep = model.deep, let map = deep.map {
            for output in 0..<map.outputs { sum &+= identity(7, UInt64(output), deep.fittedAt) }
        }
        for (place, tree) in model.forest.trees.enumerated() { sum &+= identity(6, UInt64(place), tree.number) }
        return sum
    }
}

/// What `meta` holds of the deep space; the map has an entry for each output.
struct StoredDeep: Codable {
    var rowDimension: Int
    var fittedAt: UInt64
    var threshold: ScoreThreshold
    /// The number of the map's entries; 0 without a map.
    var outputs: Int
    var residual: Double?

    init(_ deep: DeepState) {
        rowDimension = deep.rowDimension
        fittedAt = deep.fittedAt
        threshold = deep.threshold
        outputs = deep.map?.outputs ?? 0
        residual = deep.map?.residual
    }
}

/// What `map/<output>` holds: how one element of a deep vector comes of a row.
struct StoredMapOutput: Codable {
    /// The version in which the map was fitted.
    var fittedAt: UInt64
    /// The coefficients, and what is added.
    var weights: PackedVector

    init(_ map: SpaceMap, output: Int, fittedAt: UInt64) {
        self.fittedAt = fittedAt
        weights = PackedVector(elements: Array(map.coefficients[row: output]) + [map.constants[output]])
    }
}

extension DeepState {
    /// Rebuilds the state from `meta` and the entries of the map by output.
    init(_ stored: StoredDeep, map: [Int: StoredMapOutput], dimension: Int, metric: Metric) throws(ClusteringError) {
        self.init(rowDimension: stored.rowDimension, dimension: dimension, metric: metric)
        fittedAt = stored.fittedAt
        threshold = stored.threshold
        guard stored.rowDimension > 0, stored.outputs == 0 || stored.outputs == dimension, map.count == stored.outputs
        else {
            throw .storedModel(
                "the stored model has \(map.count) entries map/…; its meta entry expects \(stored.outputs) of them for vectors"
                    + " of \(dimension) elements: entries are missing or left over"
            )
        }
        guard stored.outputs > 0 else { return }
        var coefficients: [Float] = []
        var constants: [Float] = []
        for output in 0..<stored.outputs {
            guard let entry = map[output], entry.fittedAt == stored.fittedAt,
                entry.weights.elements.count == stored.rowDimension + 1, entry.weights.elements.allSatisfy(\.isFinite)
            else {
                throw .storedModel(
                    "the model's entry map/\(output) is missing, damaged or of another version than \(stored.fittedAt)"
                )
            }
            coefficients += entry.weights.elements.dropLast()
            constants += entry.weights.elements.suffix(1)
        }
        self.map = SpaceMap(
            coefficients: Matrix(columns: stored.rowDimension, storage: coefficients),
            constants: constants,
            residual: stored.residual
        )
    }
}

/// What is known of the isolation forest beside its trees.
struct StoredForest: Codable {
    var trees: Int
    var next: Int
    var due: Double
    var grown: UInt64
}

/// What `cluster/<id>` holds; the prototypes follow from their means.
struct StoredCluster: Codable {
    var cluster: Cluster
    /// The means of the prototypes one after another, `d` elements each.
    var mean: PackedVector
}
