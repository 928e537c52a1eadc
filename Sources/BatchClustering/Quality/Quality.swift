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
        var sum = 0.0
        for (row, label) in labels.enumerated() {
            for (value, centre) in zip(vectors[row: row], centroids[row: label]) {
                sum += (Double(value) - Double(centre)) * (Double(value) - Double(centre))
            }
        }
        return sum
    }

    /// The Davies-Bouldin index (1979): the mean over groups of the worst ratio of spread to separation. 0 or more, low
    /// is good. Euclidean. Nil with fewer than two groups.
    public static func daviesBouldin(vectors: Matrix, labels: [Int]) -> Double? {
        let spread = Spread(vectors: vectors, labels: labels)
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
        let spread = Spread(vectors: vectors, labels: labels)
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

/// Means and spreads of the groups of labelled vectors, in 64-bit floats.
private struct Spread {
    let groups: Grouping
    let columns: Int
    /// The mean of each group, `k × d`.
    var means: [Double]
    /// The mean of all vectors.
    var centre: [Double]
    /// The mean distance of each group's members to its mean.
    var meanDistance: [Double]
    /// The sum of squared distances of each group's members to its mean.
    var squares: [Double]

    init(vectors: Matrix, labels: [Int]) {
        precondition(labels.count == vectors.rows, "each row needs a label")
        groups = Grouping(labels)
        columns = vectors.columns
        means = Array(repeating: 0, count: groups.count * columns)
        centre = Array(repeating: 0, count: columns)
        meanDistance = Array(repeating: 0, count: groups.count)
        squares = meanDistance
        for row in labels.indices {
            for (column, value) in vectors[row: row].enumerated() {
                means[groups.index[row] * columns + column] += Double(value)
                centre[column] += Double(value)
            }
        }
        for group in 0..<groups.count {
            for column in 0..<columns { means[group * columns + column] /= Double(groups.sizes[group]) }
        }
        for column in 0..<columns { centre[column] /= Double(max(1, labels.count)) }
        for row in labels.indices {
            let group = groups.index[row]
            var sum = 0.0
            for (column, value) in vectors[row: row].enumerated() {
                let difference = Double(value) - means[group * columns + column]
                sum += difference * difference
            }
            squares[group] += sum
            meanDistance[group] += sum.squareRoot()
        }
        for group in 0..<groups.count { meanDistance[group] /= Double(groups.sizes[group]) }
    }

    func distance(_ a: Int, _ b: Int) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            let difference = means[a * columns + column] - means[b * columns + column]
            sum += difference * difference
        }
        return sum.squareRoot()
    }

    func squaredDistanceToCentre(_ group: Int) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            let difference = means[group * columns + column] - centre[column]
            sum += difference * difference
        }
        return sum
    }
}
