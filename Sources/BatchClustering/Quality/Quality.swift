public import Kernels

/// Measures of a clustering or a detector. All of them are exact, in 64-bit floats, and equal to scikit-learn's.
public enum Quality {
    /// The sum of squared distances of vectors to the centroid of their group.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`.
    ///   - labels: the row of `centroids` that each row belongs to.
    ///   - centroids: `k × d`.
    public static func inertia(vectors: Matrix, labels: [Int], centroids: Matrix) -> Double {
        precondition(labels.count == vectors.rows, "each row needs a label")
        let columns = vectors.columns
        var sum = 0.0
        vectors.withRows { base in
            centroids.withRows { centroids in
                for (row, label) in labels.enumerated() {
                    sum += VectorMath.exactSquaredDistance(
                        base + row * columns,
                        centroids + label * columns,
                        count: columns
                    )
                }
            }
        }
        return sum
    }

    /// The sum of squared distances of vectors (`n × d`) to the mean of their group.
    public static func inertia(vectors: Matrix, labels: [Int]) -> Double {
        GroupSpread(vectors: vectors, labels: labels).squares.reduce(0, +)
    }

    /// The Davies-Bouldin index (1979): the mean over groups of the worst ratio of spread to separation. 0 or more, low
    /// is good. Euclidean. Nil with fewer than two groups.
    public static func daviesBouldin(vectors: Matrix, labels: [Int]) -> Double? {
        let spread = GroupSpread(vectors: vectors, labels: labels)
        let groups = spread.groups
        guard groups.count >= 2, groups.count < labels.count else { return nil }
        var sum = 0.0
        for group in 0..<groups.count {
            var worst = 0.0
            for other in 0..<groups.count where other != group {
                let separation = spread.distance(group, other)
                if separation > 0 {
                    worst = max(worst, (spread.meanDistance[group] + spread.meanDistance[other]) / separation)
                }
            }
            sum += worst
        }
        return sum / Double(groups.count)
    }

    /// The Calinski-Harabasz index (1974): between-group over within-group variance. 0 or more, high is good.
    /// Euclidean. Nil with fewer than two groups.
    public static func calinskiHarabasz(vectors: Matrix, labels: [Int]) -> Double? {
        let spread = GroupSpread(vectors: vectors, labels: labels)
        let count = spread.groups.count
        guard count >= 2, count < labels.count else { return nil }
        let within = spread.squares.reduce(0, +)
        let between = (0..<count).reduce(0.0) { sum, group in
            sum + Double(spread.groups.sizes[group]) * spread.squaredDistanceToCentre(group)
        }
        guard within > 0 else { return 1 }
        return between * Double(labels.count - count) / (within * Double(count - 1))
    }

    /// The share of records whose cluster id is the same before and after a change; nil without records.
    ///
    /// Records without an id before are left out.
    public static func idRetention(before: [Int?], after: [Int?]) -> Double? {
        let known = zip(before, after).filter { $0.0 != nil }
        guard !known.isEmpty else { return nil }
        return Double(known.count { $0.0 == $0.1 }) / Double(known.count)
    }
}
