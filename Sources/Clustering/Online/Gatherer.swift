import Kernels

/// Adds records to a delta, each as the model it was judged by asks for.
struct Gatherer {
    let model: Model
    let options: ClusteringOptions
    let radii: Radii
    /// The first prototype of each cluster.
    private let firstPrototypes: [Int]
    /// The rank from which a member of each cluster cannot speak for it; infinite while there is room.
    private let worstRanks: [Double]
    /// The rank above which a record cannot enter the sample.
    private let sampleLimit: Double

    /// Of how many members of a cluster one has its terms counted: of one while it is light, of more the heavier it is, so
    /// that of what it weighs at least 32 are.
    private static func termStride(weight: Double) -> UInt64 {
        switch weight {
        case ..<256: 1
        case ..<512: 8
        case ..<1024: 16
        case ..<2048: 32
        default: 64
        }
    }

    init(model: Model, options: ClusteringOptions) {
        self.model = model
        self.options = options
        radii = Radii(model: model, birth: options.birth)
        firstPrototypes = model.layout.starts
        let limit = options.labels.representatives
        worstRanks = model.clusters.indices.map { index in
            guard model.clusters[index].representatives.count >= limit else { return .infinity }
            return model.clusters[index].representatives.reduce(-.infinity) { max($0, $1.rank) }
        }
        sampleLimit = model.sample.limit(capacity: options.sampleCapacity)
    }

    /// Adds the record that follows those in `delta`. `pair` and `score` are nil before the first cluster exists, `vector`
    /// is nil where there is no sound one, `raw` where vectors are ready made. `kind` is what the same delta noted of
    /// records with the same vector; once all are added, ``finish(_:in:)`` takes it. `redactions` is what was redacted before.
    func add(
        vector: ArraySlice<Float>?,
        raw: ArraySlice<Float>?,
        observation: Observation,
        pair: Nearest? = nil,
        score: Float? = nil,
        kind: inout KindNote,
        redactions: inout RedactedTexts,
        to delta: inout Delta
    ) {
        let record = delta.firstRecord + UInt64(delta.records)
        delta.records += 1
        delta.firstTimestamp = delta.firstTimestamp ?? observation.timestamp
        delta.widen(oldest: observation.timestamp, newest: observation.timestamp)
        guard let vector else { return }
        if let raw, let encoding = delta.encoding {
            delta.statistics?.add(row: raw, words: observation.words, record: record, encoding: encoding)
        }
        let isFar = pair.map { $0.distance > radii.limits[$0.cluster] } ?? false
        keep(
            record,
            vector: vector,
            raw: raw,
            observation: observation,
            isFar: isFar,
            kind: &kind,
            redactions: &redactions,
            in: &delta
        )
        if let score { delta.scores.append(score) }
        guard let pair, !isFar else { return }
        if kind.gain == nil {
            let gain = delta.gain(
                for: model.clusters[pair.cluster].id,
                arrangedAt: model.clusters[pair.cluster].arrangedAt
            )
            let prototype = pair.prototype - firstPrototypes[pair.cluster]
            kind.gain = (gain, delta.gains[gain].part(for: prototype, dimension: vector.count))
        }
        guard let (gain, part) = kind.gain else { return }
        delta.gains[gain].add(
            vector: vector,
            part: part,
            distance: pair.distance,
            record: record,
            timestamp: observation.timestamp
        )
        if let text = observation.text {
            describe(
                text,
                record: record,
                distance: pair.distance,
                cluster: pair.cluster,
                kind: &kind,
                redactions: &redactions,
                gain: &delta.gains[gain]
            )
        }
    }

    /// Counts the terms of the texts that were met more than once.
    func finish(_ kinds: [KindNote], in delta: inout Delta) {
        for kind in kinds where kind.counted > 0 {
            guard let redacted = kind.redacted, let (gain, _) = kind.gain else { continue }
            Terms.count(
                redacted,
                pairs: options.labels.pairs,
                weight: kind.counted,
                into: &delta.gains[gain].terms
            )
        }
    }

    /// Whether a far-off record is unlike all others that wait, and those of the delta that will. Where clusters have no
    /// extent at all the same vector is still like itself.
    func isAlone(_ vector: ArraySlice<Float>, in delta: Delta) -> Bool {
        let own = Array(vector)
        let reach = BirthReach(radii: radii, metric: model.metric).pair
        func isNear(_ other: StoredRecord) -> Bool {
            model.metric.distance(own, other.vector) <= reach || own == other.vector
        }
        return !delta.far.contains(where: isNear) && !model.nursery.waiting.contains(where: isNear)
    }

    /// Keeps the record itself where it may enter the sample or has to wait in the nursery.
    private func keep(
        _ record: UInt64,
        vector: ArraySlice<Float>,
        raw: ArraySlice<Float>?,
        observation: Observation,
        isFar: Bool,
        kind: inout KindNote,
        redactions: inout RedactedTexts,
        in delta: inout Delta
    ) {
        let clock = Forgetting.clock(
            records: record,
            newest: newest(delta),
            origin: model.originTimestamp ?? delta.firstTimestamp,
            halfLife: options.halfLife
        )
        let priority = Reservoir.priority(seed: options.seed, record: record, clock: clock)
        guard priority <= sampleLimit || isFar || model.motion != nil else { return }
        let stored = StoredRecord(
            record: record,
            clock: clock,
            priority: priority,
            timestamp: observation.timestamp,
            vector: kind.shared(vector),
            row: raw.map(Array.init),
            text: observation.text.map {
                Terms.cut(kind.redacted($0, options.labels, &redactions), limit: options.labels.textLength)
            }
        )
        if priority <= sampleLimit {
            delta.sampled.append(stored)
        } else if model.motion != nil {
            delta.passing = delta.passing ?? []
            delta.passing?.append(stored)
        }
        if isFar { delta.far.append(stored) }
    }

    private func newest(_ delta: Delta) -> Int64? {
        guard let own = delta.newestTimestamp else { return model.newestTimestamp }
        return max(own, model.newestTimestamp ?? own)
    }

    /// Counts the terms of a member's text and considers it as a representative. What is redacted goes first.
    private func describe(
        _ text: String,
        record: UInt64,
        distance: Float,
        cluster: Int,
        kind: inout KindNote,
        redactions: inout RedactedTexts,
        gain: inout ClusterGain
    ) {
        let limit = options.labels.representatives
        let stride = Self.termStride(weight: model.clusters[cluster].weight)
        let isCounted = model.features == nil && SeededGenerator.mix(options.seed ^ record) % stride == 0
        // The same text at the same distance, but later: the one before it stays where it has been taken.
        let isRepeated = kind.isDescribed && kind.isText(text)
        var speaker = Representative(text: "", distance: distance, record: record, clock: model.clock)
        let speaks = limit > 0 && !isRepeated && speaker.rank < worstRanks[cluster]
        if !kind.isDescribed { kind.isDescribed = kind.isText(text) }
        guard isCounted || speaks else { return }
        let redacted = kind.redacted(text, options.labels, &redactions)
        if isCounted {
            if kind.isText(text) {
                kind.counted += Double(stride)
            } else {
                Terms.count(redacted, pairs: options.labels.pairs, weight: Double(stride), into: &gain.terms)
            }
        }
        guard speaks else { return }
        speaker.text = Terms.cut(redacted, limit: options.labels.textLength)
        gain.representatives = Representative.nearest(gain.representatives + [speaker], limit: limit)
    }
}

extension Delta {
    /// The place of a cluster's gain, made on first need.
    fileprivate mutating func gain(for cluster: Int, arrangedAt: UInt64) -> Int {
        if let index = gainIndex[cluster] { return index }
        gainIndex[cluster] = gains.count
        gains.append(ClusterGain(cluster: cluster, arrangedAt: arrangedAt))
        return gains.count - 1
    }
}

extension ClusterGain {
    fileprivate mutating func add(
        vector: ArraySlice<Float>,
        part index: Int,
        distance: Float,
        record: UInt64,
        timestamp: Int64?
    ) {
        weight += 1
        distanceSum += Double(distance)
        distanceSquareSum += Double(distance) * Double(distance)
        lastSeen = max(lastSeen, record)
        if let timestamp { lastTimestamp = max(lastTimestamp ?? timestamp, timestamp) }
        parts[index].weight += 1
        vector.withUnsafeBufferPointer { source in
            parts[index].sum.withUnsafeMutableBufferPointer { target in
                guard let source = source.baseAddress, let sum = target.baseAddress else { return }
                VectorMath.add(source, times: 1.0, to: sum, count: min(vector.count, target.count))
            }
        }
    }
}
