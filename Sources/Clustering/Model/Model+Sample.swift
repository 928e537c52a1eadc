public import Kernels

extension Model {
    /// The vectors of the sample, `n × d`, in slot order.
    public var sampleVectors: Matrix {
        var storage: [Float] = []
        storage.reserveCapacity(sample.slots.count * dimension)
        for record in sample.slots { storage += record.vector }
        return Matrix(columns: dimension, storage: storage)
    }

    /// The index of the cluster that each row of ``sampleVectors`` is nearest to; empty without clusters.
    public var sampleClusters: [Int] {
        guard !clusters.isEmpty else { return [] }
        return Nearest.search(queries: sampleVectors, prototypes: centroids, layout: layout, metric: metric)
            .map(\.cluster)
    }
}
