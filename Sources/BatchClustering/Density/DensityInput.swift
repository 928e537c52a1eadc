import Kernels

/// What the density methods ask of vectors.
enum DensityInput {
    static func check(_ vectors: Matrix) throws(GroupingError) {
        guard let place = vectors.storage.firstIndex(where: { !$0.isFinite }) else { return }
        throw .unsuitable(
            "column \(place % vectors.columns) of vector \(place / vectors.columns) is \(vectors.storage[place]); "
                + "vectors must be finite"
        )
    }
}
