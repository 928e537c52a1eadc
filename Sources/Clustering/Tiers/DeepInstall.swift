import Kernels

extension Model {
    /// Makes a candidate's clusters the living ones, in both tiers where there are two. Returns what happened to ids.
    mutating func place(_ candidate: Candidate, options: ClusteringOptions) -> [LineageEvent] {
        guard deep != nil else { return install(candidate, options: options).lineage }
        var view = deepView
        let installation = view.install(candidate, options: options)
        take(view, of: candidate, options: options)
        return installation.lineage
    }

    /// The map from rows to deep vectors that fits the sample as it is now; nil in a model of one tier.
    ///
    /// - Parameter heldOut: the numbers of the sampled records that judge it and are not fitted.
    func fittedMap(heldOut: [UInt64]) -> SpaceMap? {
        guard let deep else { return nil }
        let judges = Set(heldOut)
        let records = deepSample
        return .fit(
            from: Matrix(columns: deep.rowDimension, storage: records.flatMap { $0.row ?? [] }),
            to: Matrix(columns: dimension, storage: records.flatMap { $0.deep ?? [] }),
            heldOut: records.indices.filter { judges.contains(records[$0].record) }
        )
    }

    /// The faded sample, as far as it has deep vectors.
    private var deepSample: [StoredRecord] {
        sample.living(at: clock).filter { $0.deep?.count == dimension }
    }

    /// Takes over the clusters that were made of deep vectors, with the map that was fitted with them, and puts each where
    /// the mapped rows of its members have their mean.
    ///
    /// - Parameters:
    ///   - next: the ``deepView`` of this model after the candidate was installed in it.
    ///   - candidate: the one that was installed.
    mutating func take(_ next: Model, of candidate: Candidate, options: ClusteringOptions) {
        guard deep != nil else { return }
        let before = deepSample
        let deepVectors = Matrix(columns: dimension, storage: before.flatMap { $0.deep ?? [] })
        let map = candidate.map ?? fittedMap(heldOut: candidate.heldOut)
        deep?.map = map
        deep?.fittedAt = next.version
        remap()

        version = next.version
        nextClusterID = next.nextClusterID
        clusters = next.clusters
        unassignedWeight = next.unassignedWeight
        unassignedClock = next.unassignedClock
        let sampled = DeepSample(
            records: before,
            own: deep?.encode(before, dimension: dimension, metric: metric) ?? before,
            deep: deepVectors
        )
        means = sampled.means(of: next)
        centroids = means
        for row in 0..<means.rows { updateCentroid(row: row) }
        describe(sampled, by: next)
        keepFar(options: options)
        renewScores(options: options)
    }

    /// Gives what is kept the vectors of the present map.
    private mutating func remap() {
        guard let deep else { return }
        sample = Reservoir(slots: deep.encode(sample.slots, dimension: dimension, metric: metric))
        nursery.waiting = deep.encode(nursery.waiting, dimension: dimension, metric: metric)
    }

    /// Sets what is said of each cluster among mapped rows: its members' distances, its representatives' too, and where it
    /// is.
    private mutating func describe(_ sampled: DeepSample, by next: Model) {
        let layout = layout
        let pairs = Nearest.search(queries: sampled.own, prototypes: centroids, layout: layout, metric: metric)
        let moments = DistanceMoments.of(pairs, clusters: clusters.count)
        let rowOf = Dictionary(sampled.records.enumerated().map { ($1.record, $0) }) { first, _ in first }
        for index in clusters.indices {
            let prototypes = layout.rows(of: index)
            clusters[index].take(moments[index])
            clusters[index].deepPrototypes = PackedVector(elements: next.centroids.selecting(Array(prototypes)).storage)
            clusters[index].representatives = clusters[index].representatives.map { speaker in
                guard let row = rowOf[speaker.record] else { return speaker }
                let vector = Array(sampled.own[row: row])
                let away = prototypes.map { metric.distance(vector, Array(centroids[row: $0])) }.min()
                return speaker.moved(to: away ?? speaker.distance)
            }
            // The map has changed where everything is: the way is counted from here.
            clusters[index].anchor = PackedVector(elements: centre(of: index))
        }
    }
}

/// The faded sample in both tiers.
private struct DeepSample {
    let records: [StoredRecord]
    /// Their rows as the map takes them, `n × e`.
    let own: Matrix
    /// Their deep vectors, `n × e`.
    let deep: Matrix

    init(records: [StoredRecord], own: [StoredRecord], deep: Matrix) {
        self.records = records
        self.own = Matrix(records: own, dimension: deep.columns)
        self.deep = deep
    }

    /// The mean of the mapped rows of the records whose deep vectors are nearest to each of the prototypes of `next`,
    /// `p × e`; where none is nearest, the prototype itself.
    func means(of next: Model) -> Matrix {
        let columns = own.columns
        let places = Nearest.search(
            queries: deep,
            prototypes: next.centroids,
            layout: next.layout,
            metric: next.metric
        )
        var sums = [Double](repeating: 0, count: next.centroids.rows * columns)
        var counts = [Int](repeating: 0, count: next.centroids.rows)
        for (row, place) in places.enumerated() where place.prototype >= 0 {
            counts[place.prototype] += 1
            for (column, value) in own[row: row].enumerated() {
                sums[place.prototype * columns + column] += Double(value)
            }
        }
        var means = next.centroids
        for prototype in counts.indices where counts[prototype] > 0 {
            let mean = sums[prototype * columns..<(prototype + 1) * columns].map {
                Float($0 / Double(counts[prototype]))
            }
            means.replace(row: prototype, with: mean[...])
        }
        return means
    }
}
