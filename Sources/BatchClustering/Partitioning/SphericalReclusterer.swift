public import Kernels

/// k-means on the unit sphere: centroids are unit vectors, and the cosine decides (Dhillon and Modha 2001).
///
/// Under the Euclidean metric the vectors are first scaled to unit length; those of length 0 belong to no group.
public struct SphericalReclusterer: Reclusterer, Equatable {
    /// How the groups are made.
    public var kmeans: KMeansReclusterer

    /// - Parameter choice: how many groups.
    public init(_ choice: CountChoice = CountChoice()) { kmeans = KMeansReclusterer(choice) }

    /// See ``Reclusterer/grouping(of:metric:seed:lanes:)``. The centroids are of unit length.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes = .serial
    ) throws(GroupingError) -> Partition {
        guard metric == .euclidean else {
            return try kmeans.grouping(of: vectors, metric: .cosine, seed: seed, lanes: lanes)
        }
        try vectors.checkForGrouping()
        let kept = (0..<vectors.rows).filter { vectors[row: $0].contains { $0 != 0 } }
        guard !kept.isEmpty else {
            throw .unsuitable("all vectors are of length 0, so they have no direction; use `kmeans`")
        }
        var unit = kept.count == vectors.rows ? vectors : vectors.selecting(kept)
        VectorMath.normaliseRows(&unit)
        var partition = try kmeans.grouping(of: unit, metric: .cosine, seed: seed, lanes: lanes)
        partition.reasons.append("vectors were scaled to unit length first")
        guard kept.count < vectors.rows else { return partition }
        var labels = [Int32](repeating: Partition.noise, count: vectors.rows)
        for (place, row) in kept.enumerated() { labels[row] = partition.labels[place] }
        partition.labels = labels
        partition.reasons.append("\(vectors.rows - kept.count) vectors of length 0 belong to no group")
        return partition
    }
}
