public import Kernels

extension Model {
    /// The vectors of the sample, `n × d`, in slot order.
    public var sampleVectors: Matrix {
        var storage: [Float] = []
        storage.reserveCapacity(sample.slots.count * dimension)
        for record in sample.slots { storage += record.vector }
        return Matrix(columns: dimension, storage: storage)
    }
}
