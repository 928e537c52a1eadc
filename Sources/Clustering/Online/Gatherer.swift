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

    /// Clusters below this weight count the terms of every member, heavier ones of one in `termStride`.
    private static let fullTermWeight = 256.0
    private static let termStride: UInt64 = 8

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
    /// is nil where there is no sound one, `raw` where vectors are ready made.
    func add(
        vector: ArraySlice<Float>?,
        raw: ArraySlice<Float>?,
        observation: Observation,
        pair: Nearest? = nil,
        score: Float? = nil,
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
        keep(record, vector: vector, raw: raw, observation: observation, isFar: isFar, in: &delta)
        if let score { delta.scores.append(score) }
        guard let pair, !isFar else { return }
        let index = delta.gain(
            for: model.clusters[pair.cluster].id,
            arrangedAt: model.clusters[pair.cluster].arrangedAt
        )
        delta.gains[index].add(
            vector: vector,
            prototype: pair.prototype - firstPrototypes[pair.cluster],
            distance: pair.distance,
            record: record,
            timestamp: observation.timestamp
        )
        if let text = observation.text {
            describe(text, record: record, distance: pair.distance, cluster: pair.cluster, gain: &delta.gains[index])
        }
    }

    /// Keeps the record itself where it may enter the sample or has to wait in the nursery.
    private func keep(
        _ record: UInt64,
        vector: ArraySlice<Float>,
        raw: ArraySlice<Float>?,
        observation: Observation,
        isFar: Bool,
        in delta: inout Delta
    ) {
        let clock = Forgetting.clock(
            records: record,
            newest: newest(delta),
            origin: model.originTimestamp ?? delta.firstTimestamp,
            halfLife: options.halfLife
        )
        let priority = Reservoir.priority(seed: options.seed, record: record, clock: clock)
        guard priority <= sampleLimit || isFar else { return }
        let stored = StoredRecord(
            record: record,
            clock: clock,
            priority: priority,
            timestamp: observation.timestamp,
            vector: Array(vector),
            row: raw.map(Array.init),
            text: observation.text.map { options.labels.redaction.kept($0, limit: options.labels.textLength) }
        )
        if priority <= sampleLimit { delta.sampled.append(stored) }
        if isFar { delta.far.append(stored) }
    }

    private func newest(_ delta: Delta) -> Int64? {
        guard let own = delta.newestTimestamp else { return model.newestTimestamp }
        return max(own, model.newestTimestamp ?? own)
    }

    /// Counts the terms of a member's text and considers it as a representative. What is redacted goes first.
    private func describe(_ text: String, record: UInt64, distance: Float, cluster: Int, gain: inout ClusterGain) {
        let limit = options.labels.representatives
        let weight = model.clusters[cluster].weight
        let isSampled = SeededGenerator.mix(options.seed ^ record) % Self.termStride == 0
        let isCounted = model.features == nil && (weight < Self.fullTermWeight || isSampled)
        var speaker = Representative(text: "", distance: distance, record: record, clock: model.clock)
        let speaks = limit > 0 && speaker.rank < worstRanks[cluster]
        guard isCounted || speaks else { return }
        let redacted = options.labels.redaction.redacted(
            Redaction.beginning(of: text, limit: 2 * options.labels.textLength + Terms.byteLimit)
        )
        if isCounted {
            let count = weight < Self.fullTermWeight ? 1 : Double(Self.termStride)
            Terms.count(redacted, pairs: options.labels.pairs, weight: count, into: &gain.terms)
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
        prototype: Int,
        distance: Float,
        record: UInt64,
        timestamp: Int64?
    ) {
        weight += 1
        distanceSum += Double(distance)
        distanceSquareSum += Double(distance) * Double(distance)
        lastSeen = max(lastSeen, record)
        if let timestamp { lastTimestamp = max(lastTimestamp ?? timestamp, timestamp) }
        let index = part(for: prototype, dimension: vector.count)
        parts[index].weight += 1
        vector.withUnsafeBufferPointer { source in
            parts[index].sum.withUnsafeMutableBufferPointer { target in
                for index in 0..<min(source.count, target.count) { target[index] += Double(source[index]) }
            }
        }
    }
}
