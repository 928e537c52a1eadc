import Kernels

/// Which prototypes belong to which cluster: the rows of a cluster are adjacent, and clusters come in order.
public struct PrototypeLayout: Sendable, Equatable {
    /// The cluster (its index) of each row of the prototypes.
    public let owners: [Int]
    /// The first row of each cluster, and the number of rows at the end.
    let starts: [Int]

    /// - Parameter counts: the number of prototypes of each cluster, at least 1 each.
    init(counts: some Collection<Int>) {
        var owners: [Int] = []
        var starts = [0]
        owners.reserveCapacity(counts.count)
        starts.reserveCapacity(counts.count + 1)
        for (cluster, count) in counts.enumerated() {
            for _ in 0..<count { owners.append(cluster) }
            starts.append(owners.count)
        }
        self.owners = owners
        self.starts = starts
    }

    /// Whether every cluster has a single prototype, so that rows and clusters are the same.
    public var isPlain: Bool { owners.count == starts.count - 1 }

    /// The rows of the cluster of that index.
    public func rows(of cluster: Int) -> Range<Int> { starts[cluster]..<starts[cluster + 1] }
}

extension Model {
    /// Which rows of ``centroids`` belong to which element of ``clusters``.
    public var layout: PrototypeLayout {
        // Not by a key path: that copies every cluster.
        PrototypeLayout(counts: clusters.indices.lazy.map { clusters[$0].prototypeWeights.count })
    }

    /// The centre of the cluster of that index, `d` elements: its one prototype, or the weighted mean of them; unit
    /// length under the cosine metric.
    public func centre(of cluster: Int) -> [Float] {
        let rows = layout.rows(of: cluster)
        if rows.count == 1 { return Array(centroids[row: rows.lowerBound]) }
        return centroids.centre(of: rows, weights: clusters[cluster].prototypeWeights, metric: metric)
    }
}
