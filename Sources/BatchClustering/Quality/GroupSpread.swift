import Kernels

/// Means and spreads of the groups of labelled vectors, in 64-bit floats.
struct GroupSpread {
    let groups: Grouping
    let columns: Int
    /// The mean of each group, `k × d`.
    private(set) var means: [Double]
    /// The mean of all vectors.
    private(set) var centre: [Double]
    /// The mean distance of each group's members to its mean.
    private(set) var meanDistance: [Double]
    /// The sum of squared distances of each group's members to its mean.
    private(set) var squares: [Double]

    init(vectors: Matrix, labels: [Int]) {
        precondition(labels.count == vectors.rows, "each row needs a label")
        groups = Grouping(labels)
        columns = vectors.columns
        means = Array(repeating: 0, count: groups.count * columns)
        centre = Array(repeating: 0, count: columns)
        meanDistance = Array(repeating: 0, count: groups.count)
        squares = meanDistance
        addMeans(vectors)
        addSpreads(vectors)
    }

    private mutating func addMeans(_ vectors: Matrix) {
        let columns = columns
        vectors.withRows { base in
            means.withUnsafeMutableBufferPointer { means in
                for (row, group) in groups.index.enumerated() {
                    let (vector, target) = (base + row * columns, group * columns)
                    for column in 0..<columns { means[target + column] += Double(vector[column]) }
                }
            }
        }
        for group in 0..<groups.count {
            for column in 0..<columns {
                centre[column] += means[group * columns + column]
                means[group * columns + column] /= Double(groups.sizes[group])
            }
        }
        for column in 0..<columns { centre[column] /= Double(max(1, vectors.rows)) }
    }

    private mutating func addSpreads(_ vectors: Matrix) {
        let columns = columns
        vectors.withRows { base in
            means.withUnsafeBufferPointer { means in
                for (row, group) in groups.index.enumerated() {
                    let (vector, mean) = (base + row * columns, group * columns)
                    // Four sums side by side, since each waits for its own last one.
                    var sums = SIMD4<Double>(repeating: 0)
                    var column = 0
                    while column + 4 <= columns {
                        for lane in 0..<4 {
                            let difference = Double(vector[column + lane]) - means[mean + column + lane]
                            sums[lane] += difference * difference
                        }
                        column += 4
                    }
                    var sum = sums.sum()
                    while column < columns {
                        let difference = Double(vector[column]) - means[mean + column]
                        sum += difference * difference
                        column += 1
                    }
                    squares[group] += sum
                    meanDistance[group] += sum.squareRoot()
                }
            }
        }
        for group in 0..<groups.count { meanDistance[group] /= Double(groups.sizes[group]) }
    }

    /// The distance of the means of two groups.
    func distance(_ a: Int, _ b: Int) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            let difference = means[a * columns + column] - means[b * columns + column]
            sum += difference * difference
        }
        return sum.squareRoot()
    }

    /// The squared distance of a group's mean to the mean of all.
    func squaredDistanceToCentre(_ group: Int) -> Double {
        var sum = 0.0
        for column in 0..<columns {
            let difference = means[group * columns + column] - centre[column]
            sum += difference * difference
        }
        return sum
    }
}
