import Kernels

extension Matrix {
    /// Refuses vectors that no method can group.
    func checkForGrouping() throws(GroupingError) {
        guard rows > 0 else { throw .unsuitable("there are no vectors to group; wait for records") }
        guard let place = storage.firstIndex(where: { !$0.isFinite }) else { return }
        throw .unsuitable(
            "element \(place % columns) of vector \(place / columns) is \(storage[place]), not a finite number; "
                + "leave such records out"
        )
    }
}

extension CountChoice {
    /// Refuses settings that cannot be met.
    func check() throws(GroupingError) {
        if case .fixed(let count) = count, count < 1 {
            throw .unsuitable("k is \(count); it must be at least 1, or automatic")
        }
        guard maximumK >= 2 else { throw .unsuitable("the largest k to try is \(maximumK); it must be at least 2") }
        guard sample >= 10 else { throw .unsuitable("k is judged by \(sample) vectors; allow at least 10") }
    }
}

extension Partition {
    /// A partition by the nearest centroids; those without members are left out.
    init(centroids: Matrix, labels: [Int], inertia: Double) {
        var sizes = [Int](repeating: 0, count: centroids.rows)
        for label in labels { sizes[label] += 1 }
        let kept = sizes.indices.filter { sizes[$0] > 0 }
        var place = [Int32](repeating: -1, count: sizes.count)
        for (index, group) in kept.enumerated() { place[group] = Int32(index) }
        self.init(labels: labels.map { place[$0] }, count: kept.count)
        self.centroids = kept.count == centroids.rows ? centroids : centroids.selecting(kept)
        self.inertia = inertia
    }
}
