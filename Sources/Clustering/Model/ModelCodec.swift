import Kernels
import Templates

/// A model as keys and values: what a compacted topic or a snapshot file holds.
///
/// `meta` names the counts and a digest of the other entries, so that a set that lacks entries, or mixes those of two
/// versions, is refused. It also carries the source offsets that the model covers.
public enum ModelCodec {
    /// Every entry of a model, `meta` last.
    public static func entries(
        of model: Model,
        sourceOffsets: [String: Int64]
    ) throws(ClusteringError) -> [ModelEntry] {
        try changes(from: nil, to: model, sourceOffsets: sourceOffsets)
    }

    /// The entries that turn the stored form of `old` into that of `new`: those that changed, tombstones for those that
    /// went, `meta` last. `old` must be an earlier version of `new`, or nil.
    public static func changes(
        from old: Model?,
        to new: Model,
        sourceOffsets: [String: Int64]
    ) throws(ClusteringError) -> [ModelEntry] {
        var entries: [ModelEntry] = []
        let layout = new.layout
        for (index, cluster) in new.clusters.enumerated() {
            if let old, let before = old.index(of: cluster.id), old.clusters[before].revision == cluster.revision {
                continue
            }
            let means = new.means.selecting(Array(layout.rows(of: index)))
            let mean = PackedVector(elements: means.storage)
            try entries.append(StoredCluster(cluster: cluster, mean: mean), key: "cluster/\(cluster.id)")
        }
        for cluster in old?.clusters ?? [] where new.index(of: cluster.id) == nil {
            entries.append(ModelEntry(key: "cluster/\(cluster.id)", value: nil))
        }
        let known = Set(old?.nursery.waiting.map(\.record) ?? [])
        for record in new.nursery.waiting where !known.contains(record.record) {
            try entries.append(record, key: "nursery/\(record.record)")
        }
        let waiting = Set(new.nursery.waiting.map(\.record))
        for record in known.sorted() where !waiting.contains(record) {
            entries.append(ModelEntry(key: "nursery/\(record)", value: nil))
        }
        let slots = old?.sample.slots ?? []
        for (slot, record) in new.sample.slots.enumerated() where slot >= slots.count || slots[slot] != record {
            try entries.append(record, key: "sample/\(slot)")
        }
        if slots.count > new.sample.slots.count {
            for slot in new.sample.slots.count..<slots.count {
                entries.append(ModelEntry(key: "sample/\(slot)", value: nil))
            }
        }
        if let deep = new.deep, let map = deep.map, old?.deep?.map == nil || old?.deep?.fittedAt != deep.fittedAt {
            for output in 0..<map.outputs {
                let stored = StoredMapOutput(map, output: output, fittedAt: deep.fittedAt)
                try entries.append(stored, key: "map/\(output)")
            }
        }
        let trees = old?.forest.trees ?? []
        for (place, tree) in new.forest.trees.enumerated()
        where place >= trees.count || trees[place].number != tree.number {
            try entries.append(tree, key: "tree/\(place)")
        }
        if trees.count > new.forest.trees.count {
            for place in new.forest.trees.count..<trees.count {
                entries.append(ModelEntry(key: "tree/\(place)", value: nil))
            }
        }
        try entries.append(templatesFrom: old?.templates, to: new.templates)
        try entries.append(StoredMeta(new, sourceOffsets: sourceOffsets), key: "meta")
        return entries
    }

    /// Rebuilds a model, equal to the one that was stored, and the source offsets stored with it.
    ///
    /// - Parameter entries: the last value of each key; keys with a tombstone left out.
    /// - Throws: ``ClusteringError/storedModel(_:)`` when entries are missing, left over, damaged, of different
    ///   versions or not a model's.
    public static func decode(
        _ entries: [String: [UInt8]]
    ) throws(ClusteringError) -> (model: Model, sourceOffsets: [String: Int64]) {
        guard let bytes = entries["meta"] else {
            throw .storedModel(
                "there is no entry \"meta\" among \(entries.count) entries: this is not a model, or its writing was cut off"
            )
        }
        let meta = try EntryFormat.decode(StoredMeta.self, from: bytes, key: "meta")
        var parts = Parts()
        for (key, value) in entries where key.hasPrefix("map/") { try parts.readMap(key, value) }
        if let deep = meta.deep {
            parts.deep = try DeepState(deep, map: parts.map, dimension: meta.dimension, metric: meta.metric)
        }
        for (key, value) in entries where key != "meta" && !key.hasPrefix("map/") {
            try parts.read(key, value, meta: meta)
        }
        return (try parts.model(meta), meta.sourceOffsets)
    }

    /// The entries read so far.
    struct Parts {
        var clusters: [StoredCluster] = []
        var nursery: [StoredRecord] = []
        var sample: [(slot: Int, record: StoredRecord)] = []
        var map: [Int: StoredMapOutput] = [:]
        var deep: DeepState?
        var trees: [(place: Int, tree: IsolationTree)] = []
        var templates: [Template] = []
        var counts = TemplateBook.Counts()
        var names: [UInt64] = []

        mutating func readMap(_ key: String, _ value: [UInt8]) throws(ClusteringError) {
            guard let output = Int(key.dropFirst(4)), output >= 0 else { throw Self.unknown(key) }
            map[output] = try EntryFormat.decode(StoredMapOutput.self, from: value, key: key)
        }

        mutating func read(_ key: String, _ value: [UInt8], meta: StoredMeta) throws(ClusteringError) {
            let parts = key.split(separator: "/")
            guard parts.count == 2, let number = UInt64(parts[1]) else { throw Self.unknown(key) }
            if try readTemplates(parts[0], number, key, value) { return }
            let vector: [Float]
            var expected = meta.dimension
            switch parts[0] {
            case "cluster":
                let stored = try EntryFormat.decode(StoredCluster.self, from: value, key: key)
                guard UInt64(stored.cluster.id) == number else { throw Self.misplaced(key) }
                expected *= max(1, stored.cluster.prototypeWeights.count)
                clusters.append(stored)
                vector = stored.mean.elements
            case "nursery":
                let record = try record(value, key: key, meta: meta)
                guard record.record == number else { throw Self.misplaced(key) }
                nursery.append(record)
                vector = record.vector
            case "sample":
                let record = try record(value, key: key, meta: meta)
                sample.append((Int(clamping: number), record))
                vector = record.vector
            case "tree":
                let tree = try EntryFormat.decode(IsolationTree.self, from: value, key: key)
                guard tree.fits(columns: meta.dimension) else { throw Self.misplaced(key) }
                return trees.append((Int(clamping: number), tree))
            default: throw Self.unknown(key)
            }
            guard vector.count == expected, vector.allSatisfy(\.isFinite) else {
                throw .storedModel(
                    "the vector of the model's entry \(key) has \(vector.count) elements (all finite:"
                        + " \(vector.allSatisfy(\.isFinite))), expected \(expected) finite ones"
                )
            }
        }

        private func record(
            _ value: [UInt8],
            key: String,
            meta: StoredMeta
        ) throws(ClusteringError) -> StoredRecord {
            let record = try EntryFormat.decode(StoredRecord.self, from: value, key: key)
            if let encoding = meta.features?.encoding { return record.encoded(by: encoding, metric: meta.metric) }
            guard let deep, record.row?.count == deep.rowDimension else { return record }
            guard record.deep == nil || record.deep?.count == meta.dimension else { throw Self.misplaced(key) }
            return deep.encode([record], dimension: meta.dimension, metric: meta.metric)[0]
        }

        func model(_ meta: StoredMeta) throws(ClusteringError) -> Model {
            let found =
                "\(clusters.count) clusters, \(nursery.count) in the nursery, \(sample.count) sampled, \(trees.count) trees"
            let expected =
                "\(meta.clusters) clusters, \(meta.nursery) in the nursery, \(meta.sample) sampled,"
                + " \(meta.forest?.trees ?? 0) trees"
            guard found == expected else {
                throw .storedModel(
                    "the stored model has \(found); its meta entry expects \(expected): entries are missing or left over"
                )
            }
            guard map.isEmpty || deep != nil else { throw Self.unknown("map/0") }
            guard meta.dimension > 0 else { throw .storedModel("the stored model has no dimension") }
            if let features = meta.features { try features.check(dimension: meta.dimension) }
            var model = Model(space: meta.space, dimension: meta.dimension, metric: meta.metric)
            model.restore(meta)
            model.deep = deep
            model.templates = try book(meta.templates)
            let ordered = clusters.sorted { $0.cluster.id < $1.cluster.id }
            model.clusters = ordered.map(\.cluster)
            model.means = Matrix(columns: meta.dimension, storage: ordered.flatMap(\.mean.elements))
            model.centroids = model.means
            for row in 0..<model.means.rows { model.updateCentroid(row: row) }
            model.nursery.waiting = nursery.sorted { $0.record < $1.record }
            let slots = sample.sorted { $0.slot < $1.slot }
            guard slots.enumerated().allSatisfy({ $0.offset == $0.element.slot }) else {
                throw .storedModel("the stored model's sample has gaps: entries are missing")
            }
            model.sample = Reservoir(slots: slots.map(\.record))
            model.core = CoreRecords(of: model.sample, dimension: meta.dimension, metric: meta.metric)
            model.deep?.core = CoreRecords(
                of: Reservoir(slots: model.sample.slots.compactMap(\.deepened)),
                dimension: meta.dimension,
                metric: meta.metric
            )
            let places = trees.sorted { $0.place < $1.place }
            guard places.enumerated().allSatisfy({ $0.offset == $0.element.place }) else {
                throw .storedModel("the stored model's forest has gaps: entries are missing")
            }
            model.forest = IsolationForest(
                trees: places.map(\.tree),
                next: meta.forest?.next ?? 0,
                due: meta.forest?.due ?? 0,
                grown: meta.forest?.grown ?? 0
            )
            if meta.budget == nil, meta.metric == .cosine { model.forgetScores() }
            guard StoredMeta.digest(of: model) == meta.digest,
                clusters.allSatisfy({ $0.cluster.id < meta.nextClusterID && !$0.cluster.prototypeWeights.isEmpty })
            else {
                throw .storedModel(
                    "the stored model's entries are not all of version \(meta.version): versions are mixed; restore the whole"
                        + " set or start without it"
                )
            }
            return model
        }

        private static func unknown(_ key: String) -> ClusteringError {
            .storedModel("\"\(key)\" is not the key of a model's entry: the set is mixed with something else")
        }

        static func misplaced(_ key: String) -> ClusteringError {
            .storedModel("the model's entry \(key) holds another entry's value")
        }
    }
}

extension Model {
    /// Takes over the plain figures of a stored model.
    fileprivate mutating func restore(_ meta: StoredMeta) {
        version = meta.version
        records = meta.records
        nextClusterID = meta.nextClusterID
        clock = meta.clock
        newestTimestamp = meta.newestTimestamp
        originTimestamp = meta.originTimestamp
        unassignedWeight = meta.unassignedWeight
        unassignedClock = meta.unassignedClock
        nextWarmUp = meta.nextWarmUp
        // A threshold of other scores says nothing of these.
        threshold = meta.forest == nil ? ScoreThreshold() : meta.threshold
        budget = meta.budget ?? AlarmBudget()
        rarity = meta.rarity ?? RarityHistory()
        novelty = meta.novelty ?? NoveltyHistory()
        vigilance = meta.vigilance ?? Vigilance()
        diagnosis = meta.diagnosis ?? Diagnosis()
        incidents = meta.incidents ?? IncidentBook()
        motion = meta.motion
        features = meta.features
    }
}
