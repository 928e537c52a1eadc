public import Kernels

/// Many vectors stood for by few weighted ones, so that methods of quadratic cost can have them.
public struct ReducedVectors: Sendable, Equatable {
    /// The vectors that stand for others, `m × d`; unit length under the cosine metric.
    public let vectors: Matrix
    /// How many vectors each of them stands for, at least 1.
    public let weights: [Double]
    /// Which of them stands for each of the original vectors.
    public let owners: [Int32]

    /// Sums up the rows of `original` by a ``FeatureTree``; each vector then belongs to the nearest feature, which
    /// moves to the mean of its members.
    ///
    /// - Parameters:
    ///   - original: `n × d`, finite, at least one row; unit length under the cosine metric.
    ///   - limit: the most vectors that may be left, at least 2.
    public init(_ original: Matrix, metric: Metric, limit: Int, lanes: Lanes = .serial) {
        var tree = FeatureTree(columns: original.columns, limit: limit)
        tree.insert(original)
        var means = tree.means
        if metric == .cosine { VectorMath.normaliseRows(&means) }
        let owners = Self.owners(of: original, means: means, metric: metric, lanes: lanes)
        var counts = [Int](repeating: 0, count: means.rows)
        for owner in owners { counts[owner] += 1 }
        let kept = counts.indices.filter { counts[$0] > 0 }
        var place = [Int32](repeating: -1, count: counts.count)
        for (index, owner) in kept.enumerated() { place[owner] = Int32(index) }
        self.owners = owners.map { place[$0] }
        weights = kept.map { Double(counts[$0]) }
        vectors = original.means(of: self.owners, count: kept.count, metric: metric)
    }

    private static func owners(of original: Matrix, means: Matrix, metric: Metric, lanes: Lanes) -> [Int] {
        CentroidIndex(centroids: means, metric: metric).search(original, lanes: lanes).map { max(0, Int($0.first)) }
    }
}

extension Matrix {
    /// The mean of the rows of each group, of unit length under the cosine metric; rows with a label below 0 count for
    /// none.
    func means(of labels: [Int32], count: Int, metric: Metric) -> Matrix {
        var sums = [Double](repeating: 0, count: count * columns)
        var sizes = [Int](repeating: 0, count: count)
        withRows { rows in
            sums.withUnsafeMutableBufferPointer { sums in
                for (row, label) in labels.enumerated() where label >= 0 {
                    sizes[Int(label)] += 1
                    let (vector, target) = (rows + row * columns, Int(label) * columns)
                    for column in 0..<columns { sums[target + column] += Double(vector[column]) }
                }
            }
        }
        var means = Matrix(rows: count, columns: columns)
        for group in 0..<count where sizes[group] > 0 {
            for place in group * columns..<(group + 1) * columns {
                means.storage[place] = Float(sums[place] / Double(sizes[group]))
            }
            if metric == .cosine { means.normalise(row: group) }
        }
        return means
    }
}
