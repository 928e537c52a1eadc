public import Kernels

extension Model {
    /// A model of feature rows that has seen nothing; `layout` nil makes one of ready-made vectors of `dimension`.
    public init(space: String, dimension: Int, metric: Metric, layout: FeatureLayout?) {
        self.init(space: space, dimension: layout?.width ?? dimension, metric: metric)
        features = layout.map { FeatureState(encoding: FeatureEncoding(layout: $0)) }
    }

    /// The elements of the rows that ``assign(vectors:observations:model:options:)`` takes: raw ones where the model
    /// turns features into vectors itself, the fast tier's vectors where there are two tiers.
    public var inputDimension: Int { features?.encoding.layout.rawWidth ?? deep?.rowDimension ?? dimension }

    /// What assignment turns its rows into, `m × d`.
    func encoded(_ rows: Matrix) -> Matrix {
        features?.encoding.encode(rows, metric: metric)
            ?? deep?.encode(rows, dimension: dimension, metric: metric) ?? rows
    }

    /// The encoding that the next clusters are to be made with: fitted to the stream as it is now. Nil for ready-made
    /// vectors.
    func refittedEncoding(options: ClusteringOptions) -> FeatureEncoding? {
        guard let features else { return nil }
        let rows = sample.living(at: clock).compactMap(\.row)
        let isYoung = features.encoding.revision == 0 || records <= options.warmUpRecords
        return features.encoding.fitted(to: features.statistics, sample: rows, isYoung: isYoung)
    }

    /// Before the first clusters: takes the weight of wild values out of what was learned.
    mutating func tameFeatures() {
        guard let features, features.encoding.revision == 0 else { return }
        self.features?.tame(sample.living(at: clock).compactMap(\.row))
    }

    /// Turns everything that is kept into vectors of another encoding: sample and nursery from their raw rows, the
    /// means of the clusters by the same rule column by column.
    ///
    /// Exact under the Euclidean metric but for what was cut or had no place of its own; under the cosine the means are
    /// those of the sample. The clusters are made anew right after it.
    mutating func reencode(to encoding: FeatureEncoding) {
        guard let old = features?.encoding, old != encoding, old.layout == encoding.layout else { return }
        features?.encoding = encoding
        let before = sample.slots
        let renewed = before.map { $0.encoded(by: encoding, metric: metric) }
        if metric == .cosine {
            takeMeans(of: before, renewed)
        } else {
            for row in 0..<means.rows {
                means.replace(row: row, with: encoding.carried(Array(means[row: row]), from: old))
                updateCentroid(row: row)
            }
        }
        sample = Reservoir(slots: renewed)
        nursery.waiting = nursery.waiting.map { $0.encoded(by: encoding, metric: metric) }
        // Where clusters were is not known in the new vectors: their way is counted from here.
        for row in clusters.indices { clusters[row].anchor = PackedVector(elements: []) }
    }

    /// As ``reencode(to:)``, and scores are made anew from the new vectors.
    mutating func change(to encoding: FeatureEncoding, options: ClusteringOptions) {
        let before = features?.encoding
        reencode(to: encoding)
        if features?.encoding != before { renewScores(options: options) }
    }

    /// Sets the mean of each prototype to that of the sampled records nearest to it, in their new vectors.
    private mutating func takeMeans(of before: [StoredRecord], _ after: [StoredRecord]) {
        guard means.rows > 0, !before.isEmpty else { return }
        let old = Matrix(records: before, dimension: dimension)
        let nearest = NearestTwo.search(queries: old, centroids: centroids, metric: metric)
        var sums = [Double](repeating: 0, count: means.rows * dimension)
        var counts = [Double](repeating: 0, count: means.rows)
        for (record, pair) in zip(after, nearest) {
            let row = Int(pair.first)
            counts[row] += 1
            for (column, value) in record.vector.enumerated() { sums[row * dimension + column] += Double(value) }
        }
        for row in 0..<means.rows where counts[row] > 0 {
            means.replace(
                row: row,
                with: sums[row * dimension..<(row + 1) * dimension].map { Float($0 / counts[row]) }
            )
            updateCentroid(row: row)
        }
    }

    /// What a delta taught, in vectors of the encoding that is in use: it may have been judged by an older one.
    func current(_ delta: Delta) -> Delta {
        if let deep { return deep.current(delta, dimension: dimension, metric: metric) }
        guard let features, delta.encoding != features.encoding || delta.lacksVectors else { return delta }
        var result = delta
        let encoding = features.encoding
        result.sampled = delta.sampled.map { $0.encoded(by: encoding, metric: metric) }
        result.far = delta.far.map { $0.encoded(by: encoding, metric: metric) }
        guard let old = delta.encoding, old != encoding else { return result }
        for index in result.gains.indices {
            let gain = result.gains[index]
            for part in gain.parts.indices where gain.parts[part].weight > 0 {
                let (sum, weight) = (gain.parts[part].sum, gain.parts[part].weight)
                let mean = encoding.carried(sum.map { Float($0 / weight) }, from: old)
                result.gains[index].parts[part].sum = mean.map { Double($0) * weight }
            }
            // Lengths are lost under the cosine, so that nothing but the weight can be learned.
            if metric == .cosine { result.gains[index].parts = [] }
        }
        return result
    }
}

extension Model {
    /// Where a candidate was refused: turns the living clusters into ones of its encoding, if that fits the stream much
    /// better than the present one, so that forgetting goes on whatever becomes of candidates.
    mutating func follow(_ candidate: Candidate, options: ClusteringOptions) -> [LineageEvent] {
        guard let next = candidate.encoding, let own = features?.encoding, next.isFar(from: own) else { return [] }
        return live(in: next, heldOut: candidate.heldOut, options: options)
    }

    /// Where the stream has gone far from what the encoding was fitted to: lets the living clusters live on in one that
    /// fits, and does not wait for the next reclustering.
    mutating func followDrift(_ options: ClusteringOptions) -> [LineageEvent] {
        guard let features, features.encoding.revision > 0, !clusters.isEmpty else { return [] }
        let next = features.encoding.fitted(to: features.statistics, sample: [], isYoung: false)
        guard next.isFar(from: features.encoding) else { return [] }
        return live(in: next, heldOut: [], options: options)
    }

    private mutating func live(
        in next: FeatureEncoding,
        heldOut: [UInt64],
        options: ClusteringOptions
    ) -> [LineageEvent] {
        change(to: next, options: options)
        var living = Candidate(
            centroids: centroids,
            prototypeCounts: clusters.map(\.prototypeWeights.count),
            modelVersion: version,
            curve: [],
            inertia: 0,
            fitted: 0,
            encoding: next,
            heldOut: heldOut
        )
        // Other units move nothing: the means of the members would, a little each time.
        living.keepsPlaces = true
        return install(living, options: options).lineage
    }

    /// The mean of a cluster's members as labels tell it, `d` elements: not scaled to unit length.
    func featureMean(of index: Int, encoding: FeatureEncoding) -> [Float] {
        let rows = layout.rows(of: index)
        var sum = [Double](repeating: 0, count: dimension)
        var total = 0.0
        func add(_ vector: some Sequence<Float>, weight: Double) {
            total += weight
            for (column, value) in vector.enumerated() { sum[column] += weight * Double(value) }
        }
        if metric == .cosine {
            let records = sample.living(at: clock)
            let vectors = Matrix(records: records, dimension: dimension)
            let nearest = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric)
            for (record, pair) in zip(records, nearest) where rows.contains(Int(pair.first)) {
                if let row = record.row { add(encoding.encode(row, metric: .euclidean), weight: 1) }
            }
        } else {
            for (row, weight) in zip(rows, clusters[index].prototypeWeights) { add(means[row: row], weight: weight) }
        }
        return sum.map { Float(total > 0 ? $0 / total : 0) }
    }
}

extension Delta {
    /// Whether its records were read back and are raw rows still.
    fileprivate var lacksVectors: Bool {
        (sampled + far).contains { $0.row != nil && $0.vector.isEmpty }
    }
}

extension StoredRecord {
    /// The same record with the vector that an encoding makes of its raw row.
    func encoded(by encoding: FeatureEncoding, metric: Metric) -> StoredRecord {
        guard let row, row.count == encoding.layout.rawWidth else { return self }
        return with(vector: encoding.encode(row, metric: metric))
    }
}

extension FeatureEncoding {
    /// Whether a number's deviation differs by more than a quarter, its mean by a quarter of one, or a frequent word's
    /// place.
    func isFar(from old: FeatureEncoding) -> Bool {
        zip(fields, old.fields).contains { now, before in
            let (mine, theirs) = (now.scaling, before.scaling)
            return now.isLogarithmic != before.isLogarithmic
                || !(0.8...1.25).contains(mine.deviation / theirs.deviation)
                || abs(mine.mean - theirs.mean) > 0.25 * theirs.deviation
                || zip(now.slots.indices, now.slots).contains { now.means[$0] > 0.05 && before.slots[$0] != $1 }
        }
    }

    /// The mean vector (`d`) that members have in this encoding, of their mean in `old`.
    func carried(_ mean: [Float], from old: FeatureEncoding) -> [Float] {
        var result = mean
        var position = 0
        for (index, field) in layout.fields.enumerated() where index < old.fields.count {
            let (before, after) = (old.fields[index], fields[index])
            switch field.kind {
            case .number where field.weight > 0:
                let value = before.scaling.value(of: Double(mean[position]) / Double(field.weight))
                let same = before.isLogarithmic == after.isLogarithmic
                let scaled = same ? value : after.isLogarithmic ? Self.logarithm(value) : Self.exponential(value)
                result[position] = Float((scaled - after.scaling.mean) / after.scaling.deviation) * field.weight
            case .category(let slots):
                let end = position + field.kind.width
                result.replaceSubrange(
                    position..<end,
                    with: Self.carried(mean[position..<end], slots: slots, before: before, after: after)
                )
            case .number, .boolean, .cycle, .vector: break
            }
            position += field.kind.width
        }
        return result
    }

    /// The shares of words move with their places; a word that lost its place adds to the shared ones.
    private static func carried(
        _ shares: ArraySlice<Float>,
        slots: Int,
        before: Field,
        after: Field
    ) -> [Float] {
        var result = [Float](repeating: 0, count: shares.count)
        for shared in slots..<shares.count { result[shared] = shares[shares.startIndex + shared] }
        for (slot, hash) in before.slots.enumerated() where hash >= 0 {
            let shared = slots + Int(SeededGenerator.mix(UInt64(hash)) % UInt64(FeatureLayout.sharedSlots(slots)))
            result[after.slots.firstIndex(of: hash) ?? shared] += shares[shares.startIndex + slot]
        }
        return result
    }
}
