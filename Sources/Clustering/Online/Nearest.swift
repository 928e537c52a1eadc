import Kernels

/// The nearest prototype of a record with its cluster, and the nearest prototype of any other cluster.
struct Nearest: Sendable, Equatable {
    /// The row of the nearest prototype; -1 without clusters.
    var prototype: Int
    /// The index of its cluster; -1 without clusters.
    var cluster: Int
    /// The distance to it.
    var distance: Float
    /// The index of the next-nearest cluster; -1 where there is none.
    var other: Int
    /// The distance to that cluster's nearest prototype.
    var otherDistance: Float

    /// Finds the nearest two clusters of each row of `queries`.
    ///
    /// One search where every cluster has a single prototype. Elsewhere, records whose two nearest prototypes belong to
    /// the same cluster are compared once more with all prototypes.
    static func search(queries: Matrix, prototypes: Matrix, layout: PrototypeLayout, metric: Metric) -> [Nearest] {
        search(queries: queries, index: CentroidIndex(centroids: prototypes, metric: metric), layout: layout)
    }

    /// The same among prototypes that are searched more than once.
    static func search(queries: Matrix, index: CentroidIndex, layout: PrototypeLayout) -> [Nearest] {
        let (prototypes, metric) = (index.centroids, index.metric)
        let pairs = index.search(queries)
        if layout.isPlain { return pairs.map(Nearest.init(plain:)) }
        return pairs.enumerated().map { row, pair in
            var nearest = Nearest(plain: pair)
            guard pair.first >= 0 else { return nearest }
            nearest.cluster = layout.owners[nearest.prototype]
            guard pair.second >= 0 else { return nearest }
            nearest.other = layout.owners[Int(pair.second)]
            if nearest.other == nearest.cluster {
                nearest.findOther(queries, row: row, prototypes: prototypes, layout: layout, metric: metric)
            }
            return nearest
        }
    }

    private init(plain pair: NearestPair) {
        prototype = Int(pair.first)
        cluster = Int(pair.first)
        distance = pair.firstDistance
        other = Int(pair.second)
        otherDistance = pair.secondDistance
    }

    /// Sets the nearest cluster but the own one by looking at every prototype.
    private mutating func findOther(
        _ queries: Matrix,
        row: Int,
        prototypes: Matrix,
        layout: PrototypeLayout,
        metric: Metric
    ) {
        let own = layout.rows(of: cluster)
        other = -1
        otherDistance = .infinity
        let columns = prototypes.columns
        queries.storage.withUnsafeBufferPointer { query in
            prototypes.storage.withUnsafeBufferPointer { prototype in
                guard let query = query.baseAddress, let base = prototype.baseAddress else { return }
                for candidate in 0..<prototypes.rows where !own.contains(candidate) {
                    let away = metric.distance(query + row * columns, base + candidate * columns, count: columns)
                    if away < otherDistance {
                        otherDistance = away
                        other = layout.owners[candidate]
                    }
                }
            }
        }
    }
}
