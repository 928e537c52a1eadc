import BatchClustering
public import Kernels

extension Model {
    /// Turns the model into its next version by what a delta teaches, and returns what it did to ids: births, unions,
    /// retirements.
    ///
    /// A cluster of weight `w` and mean `c` that gained `m` records of sum `s`, while `n` records arrived in all,
    /// becomes `c' = (c·w·aⁿ + s) / (w·aⁿ + m)`, `w' = w·aⁿ + m` with `a = exp(ln 0.5 / half-life)`: the rule of
    /// Spark's StreamingKMeans with time unit "points". Under cosine the centroid is the mean scaled to unit length.
    /// Where the members have gone elsewhere, fewer of the past ones count (``Pursuit``).
    /// Records of clusters that have gone since the delta's version count as outliers.
    /// - Parameter lanes: what runs independent parts of a rebuild side by side.
    /// - Throws: ``ClusteringError/mismatch(_:)`` when the delta is of a later version or of another dimension; the
    ///   model is then unchanged.
    @discardableResult
    public mutating func merge(
        _ delta: Delta,
        options: ClusteringOptions,
        lanes: Lanes = .serial
    ) throws(ClusteringError) -> [LineageEvent] {
        guard delta.dimension == dimension, delta.modelVersion <= version else {
            throw .mismatch(
                "a delta of model version \(delta.modelVersion) and dimension \(delta.dimension) cannot be merged into"
                    + " version \(version) of dimension \(dimension); merge deltas in the order of the versions they came from"
            )
        }
        let delta = current(delta)
        let before = records
        version += 1
        records += UInt64(delta.records)
        originTimestamp = originTimestamp ?? delta.firstTimestamp
        if let newest = delta.newestTimestamp { newestTimestamp = max(newestTimestamp ?? newest, newest) }
        let next = Forgetting.clock(
            records: records,
            newest: newestTimestamp,
            origin: originTimestamp,
            halfLife: options.halfLife
        )
        clock = max(clock, next)
        if let statistics = delta.statistics { features?.learn(statistics, clock: clock) }

        var outliers = Double(delta.records)
        let layout = layout
        for gain in delta.gains {
            guard let row = index(of: gain.cluster) else { continue }
            learn(gain, row: row, prototypes: layout.rows(of: row), options: options)
            outliers -= gain.weight
        }
        addUnassigned(outliers)
        for record in delta.sampled { sample.offer(record, capacity: options.sampleCapacity) }
        followScores(delta, options: options)
        learnAlarms(delta, options: options.anomalies)
        let (clock, hasTimes) = (clock, hasTimes)
        deep?.learn(delta, clock: clock, hasTimes: hasTimes, options: options)

        motion?.keep(delta.passing ?? [], arrived: delta.records, of: records)
        var events = followMotion(arrived: delta.records, options: options)
        // Clusters that are carried along are made anew with each step.
        if !(motion?.isFollowed ?? false) {
            events += bear(delta.far, options: options)
            events += unite(options)
            events += retireFaded(options)
            events += try warmUp(options, lanes)
            events += followDrift(options)
        }
        relabelGrown(options)
        examine(before: before, options: options)
        return events
    }

    /// Adds (or, below 0, takes) weight that belongs to no cluster, after bringing what is there up to date.
    mutating func addUnassigned(_ weight: Double) {
        unassignedWeight = max(0, outlierWeight + weight)
        unassignedClock = clock
    }

    private mutating func learn(
        _ gain: ClusterGain,
        row: Int,
        prototypes: Range<Int>,
        options: ClusteringOptions
    ) {
        let factor = Forgetting.factor(from: clusters[row].clock, to: clock)
        let kept = clusters[row].weight * factor
        let total = kept + gain.weight
        guard total > 0 else { return }
        clusters[row].fadePrototypes(by: factor)
        let spread = pursues(options) ? clusters[row].meanSquare(metric) : nil
        for part in gain.parts {
            learn(part, of: gain, row: row, prototypes: prototypes, spread: spread)
        }
        clusters[row].weight = total
        clusters[row].clock = clock
        clusters[row].distanceSum = clusters[row].distanceSum * factor + gain.distanceSum
        clusters[row].distanceSquareSum = clusters[row].distanceSquareSum * factor + gain.distanceSquareSum
        clusters[row].lastSeen = max(clusters[row].lastSeen, gain.lastSeen)
        if let time = gain.lastTimestamp {
            clusters[row].lastTimestamp = max(clusters[row].lastTimestamp ?? time, time)
            if clusters[row].rate == nil {
                clusters[row].rate = ClusterRate(timestamp: time, count: gain.weight)
            } else {
                clusters[row].rate?.add(gain.weight, timestamp: time)
            }
        }
        clusters[row].revision = version
        clusters[row].terms.merge(gain.terms, factor: factor, capacity: vocabularyLimit(options.labels))
        if !gain.representatives.isEmpty {
            clusters[row].representatives = Representative.nearest(
                clusters[row].representatives + gain.representatives,
                limit: options.labels.representatives
            )
        }
    }

    /// Moves one prototype by what it gained. Where the cluster's prototypes have been set anew since, what an old one
    /// gained goes to the nearest.
    private mutating func learn(
        _ part: PrototypeGain,
        of gain: ClusterGain,
        row: Int,
        prototypes: Range<Int>,
        spread: Double?
    ) {
        var place = part.prototype
        if prototypes.count == 1 {
            place = 0
        } else if gain.arrangedAt != clusters[row].arrangedAt || place >= prototypes.count {
            let mean = part.sum.map { Float($0 / max(1, part.weight)) }
            let distances = prototypes.map { metric.distance(mean, Array(centroids[row: $0])) }
            place = distances.indices.min { distances[$0] < distances[$1] } ?? 0
        }
        guard part.weight > 0 else { return }
        clusters[row].prototypeWeights[place] += part.weight
        let target = prototypes.lowerBound + place
        if let spread {
            let surprise = means.squaredDistance(row: target, to: part.sum, divisor: part.weight)
            clusters[row].pursuits[place].note(surprise: surprise, members: part.weight, spread: spread)
        }
        let kept = clusters[row].pursuits[place].inertia
        let total = kept + part.weight
        clusters[row].pursuits[place].inertia = total
        let columns = dimension
        means.storage.withUnsafeMutableBufferPointer { means in
            for column in 0..<columns {
                let old = Double(means[target * columns + column])
                means[target * columns + column] = Float((old * kept + part.sum[column]) / total)
            }
        }
        updateCentroid(row: target)
    }

    /// Sets a prototype from its mean.
    mutating func updateCentroid(row: Int) {
        centroids.copy(row: row, of: means)
        if metric == .cosine { centroids.normalise(row: row) }
    }

    /// Takes clusters out; their weight becomes unassigned. Returns an event for each.
    mutating func retire(rows: [Int]) -> [LineageEvent] {
        guard !rows.isEmpty else { return [] }
        let going = Set(rows)
        var events: [LineageEvent] = []
        for row in rows.sorted() {
            let cluster = clusters[row]
            let weight = weight(of: row)
            addUnassigned(weight)
            events.append(
                LineageEvent(
                    kind: .retired,
                    cluster: cluster.id,
                    related: [],
                    weight: weight,
                    overlap: nil,
                    label: cluster.label,
                    version: version
                )
            )
        }
        let staying = clusters.indices.filter { !going.contains($0) }
        let layout = layout
        let rows = staying.flatMap { layout.rows(of: $0) }
        clusters = staying.map { clusters[$0] }
        centroids = centroids.selecting(rows)
        means = means.selecting(rows)
        return events
    }

    private mutating func retireFaded(_ options: ClusteringOptions) -> [LineageEvent] {
        retire(rows: clusters.indices.filter { weight(of: $0) < options.minimumWeight })
    }

    /// The least records that a rebuild is worth.
    private static let leastWarmUpRecords: UInt64 = 100

    /// Rebuilds a young model from its sample each time the number of records has doubled, and makes the first
    /// clusters.
    private mutating func warmUp(
        _ options: ClusteringOptions,
        _ lanes: Lanes
    ) throws(ClusteringError) -> [LineageEvent] {
        guard records >= UInt64(options.bootstrapRecords) else { return [] }
        let isDue = clusters.isEmpty || (records >= nextWarmUp && records <= options.warmUpRecords)
        // Only then: to look through the whole sample after each step would cost more than all else.
        guard isDue, sample.living(at: clock).count(where: { deep == nil || $0.deep != nil }) >= 2 else { return [] }
        // What follows a drift knows more than the few records since it began.
        guard clusters.isEmpty || records - memoryBegins >= Self.leastWarmUpRecords else { return [] }
        tameFeatures()
        let candidate = try recluster(model: self, options: options, lanes: lanes)
        nextWarmUp = max(100, records * 2)
        if candidate.cutsThrough || (pursues(options) && candidate.isOutdated) { return [] }
        if let encoding = candidate.encoding { change(to: encoding, options: options) }
        return place(candidate, options: options)
    }

    /// Names anew, every sixteenth version, the clusters whose counted terms have doubled since they were named.
    private mutating func relabelGrown(_ options: ClusteringOptions) {
        guard version % 16 == 0 else { return }
        if features == nil { boundVocabulary(options.labels) }
        let grown = clusters.indices.filter { material(of: $0) > 2 * clusters[$0].labelledTerms }
        relabel(rows: grown, options: options)
    }

    /// How much there is to name a cluster by: its counted terms, or its weight where features name it.
    func material(of row: Int) -> Double {
        features == nil ? clusters[row].terms.total : clusters[row].weight
    }
}
