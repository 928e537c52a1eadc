import Foundation
import Kernels

/// Groups that all go the same way: Gaussians with one spread for all of them, which may differ between the axes, and with
/// means that move at one velocity.
///
/// Fitted by classification EM (Celeux and Govaert 1992) with the time as a regressor; the number of groups is that of
/// the best Bayesian information criterion. Some hundred records tell such groups apart where each of them alone would
/// show but a smear, because they are all carried along the same way.
struct MovingMixture: Sendable {
    /// The number of groups, `k`.
    let count: Int
    /// The means at time 0, `k × d`.
    private(set) var means: [Double]
    /// The way of all means in a unit of time, `d` elements.
    private(set) var velocity: [Double]
    /// The variance along each axis, `d` elements.
    private(set) var variances: [Double]
    /// The share of the records in each group.
    private(set) var shares: [Double]
    /// The group of each record it was fitted to.
    private(set) var labels: [Int]
    /// The squared velocity in its own standard errors, of the axis where that is largest.
    private(set) var pace = 0.0
    /// The log-likelihood less what the parameters cost.
    private(set) var criterion = -Double.infinity

    /// Rounds of the fit.
    private static let rounds = 10
    /// The least members of a group.
    private static let leastMembers = 3
    /// The least variance, as a share of that of all records.
    private static let leastVariance = 1e-6

    /// The best mixture of as many groups as `counts` allows.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`, finite.
    ///   - times: when each arrived.
    ///   - moves: whether the means may move at all.
    static func best(_ vectors: Matrix, times: [Double], counts: ClosedRange<Int>, moves: Bool) -> MovingMixture? {
        let points = Points(vectors, times: times)
        var best: MovingMixture?
        for count in counts where count * leastMembers <= points.count {
            for axis in 0..<(count == 1 ? 1 : points.columns) {
                guard
                    let found = MovingMixture(
                        points,
                        labels: points.cut(axis, into: count),
                        count: count,
                        moves: moves
                    ),
                    found.criterion > best?.criterion ?? -.infinity
                else { continue }
                best = found
            }
        }
        return best
    }

    /// Records in 64-bit floats, as the fit wants them.
    fileprivate struct Points {
        let count: Int
        let columns: Int
        let values: [Double]
        let times: [Double]
        let floor: [Double]

        init(_ vectors: Matrix, times: [Double]) {
            count = vectors.rows
            columns = vectors.columns
            let values = vectors.storage.map(Double.init)
            self.values = values
            self.times = times
            let (rows, width) = (vectors.rows, vectors.columns)
            floor = (0..<width).map { column in
                var sum = 0.0
                var square = 0.0
                for row in 0..<rows {
                    sum += values[row * width + column]
                    square += values[row * width + column] * values[row * width + column]
                }
                let mean = sum / Double(max(1, rows))
                return max(leastVariance * max(0, square / Double(max(1, rows)) - mean * mean), 1e-12)
            }
        }

        /// Equal parts of the records in their order along an axis.
        func cut(_ axis: Int, into parts: Int) -> [Int] {
            let order = (0..<count).sorted {
                (values[$0 * columns + axis], $0) < (values[$1 * columns + axis], $1)
            }
            var labels = [Int](repeating: 0, count: count)
            for (place, row) in order.enumerated() { labels[row] = place * parts / count }
            return labels
        }
    }

    /// Improves a division of the records; nil where a group runs empty.
    private init?(_ points: Points, labels: [Int], count: Int, moves: Bool) {
        self.count = count
        self.labels = labels
        let columns = points.columns
        means = Array(repeating: 0, count: count * columns)
        velocity = Array(repeating: 0, count: columns)
        variances = points.floor
        shares = Array(repeating: 0, count: count)
        for _ in 0..<Self.rounds {
            guard estimate(points, moves: moves) else { return nil }
            let before = self.labels
            let likelihood = divide(points)
            // Means, shares, variances and, where there is one, the velocity.
            let parameters = count * columns + count - 1 + columns * (moves ? 2 : 1)
            criterion = likelihood - Double(parameters) / 2 * log(Double(points.count))
            if before == self.labels { break }
        }
    }

    /// Sets means, velocity, variances and shares from the labels; false where a group has too few members.
    private mutating func estimate(_ points: Points, moves: Bool) -> Bool {
        let columns = points.columns
        var sizes = [Double](repeating: 0, count: count)
        var times = sizes
        means = Array(repeating: 0, count: count * columns)
        for row in 0..<points.count {
            let group = labels[row]
            sizes[group] += 1
            times[group] += points.times[row]
            for column in 0..<columns { means[group * columns + column] += points.values[row * columns + column] }
        }
        guard sizes.allSatisfy({ $0 >= Double(Self.leastMembers) }) else { return false }
        for group in 0..<count {
            times[group] /= sizes[group]
            for column in 0..<columns { means[group * columns + column] /= sizes[group] }
        }
        let lever = regress(points, times: times, moves: moves)
        for group in 0..<count {
            for column in 0..<columns { means[group * columns + column] -= velocity[column] * times[group] }
        }
        variances = Array(repeating: 0, count: columns)
        for row in 0..<points.count {
            for column in 0..<columns {
                let rest =
                    points.values[row * columns + column] - means[labels[row] * columns + column]
                    - velocity[column] * points.times[row]
                variances[column] += rest * rest / Double(points.count)
            }
        }
        for column in 0..<columns { variances[column] = max(variances[column], points.floor[column]) }
        shares = sizes.map { $0 / Double(points.count) }
        pace = (0..<columns).map { velocity[$0] * velocity[$0] * lever / variances[$0] }.max() ?? 0
        return true
    }

    /// Sets the velocity: the slope that all groups have in common. Returns the sum of the squared times.
    private mutating func regress(_ points: Points, times: [Double], moves: Bool) -> Double {
        let columns = points.columns
        velocity = Array(repeating: 0, count: columns)
        guard moves else { return 0 }
        var lever = 0.0
        for row in 0..<points.count {
            let group = labels[row]
            let away = points.times[row] - times[group]
            lever += away * away
            for column in 0..<columns {
                velocity[column] += away * (points.values[row * columns + column] - means[group * columns + column])
            }
        }
        guard lever > 0 else { return 0 }
        for column in 0..<columns { velocity[column] /= lever }
        return lever
    }

    /// Gives each record to its likeliest group; returns the log-likelihood of all.
    private mutating func divide(_ points: Points) -> Double {
        var likelihood = 0.0
        var density = [Double](repeating: 0, count: count)
        let constant = constant
        for row in 0..<points.count {
            let start = row * points.columns
            likelihood +=
                constant
                + densities(points.values[start..<start + points.columns], at: points.times[row], into: &density)
            labels[row] = density.indices.max { (density[$0], $1) < (density[$1], $0) } ?? 0
        }
        return likelihood
    }

    /// What the logarithms of all densities have in common.
    private var constant: Double { -0.5 * variances.reduce(0) { $0 + log(2 * .pi * $1) } }

    /// The logarithm of each group's density, up to ``constant``; returns that of their sum.
    private func densities(_ vector: ArraySlice<Double>, at time: Double, into density: inout [Double]) -> Double {
        let columns = velocity.count
        var highest = -Double.infinity
        for group in 0..<count {
            var sum = 0.0
            for column in 0..<columns {
                let rest =
                    vector[vector.startIndex + column] - means[group * columns + column] - velocity[column] * time
                sum += rest * rest / variances[column]
            }
            density[group] = log(shares[group]) - sum / 2
            highest = max(highest, density[group])
        }
        return highest + log(density.reduce(0) { $0 + exp($1 - highest) })
    }

    /// The logarithm of the density at a vector (`d` elements) that arrives at `time`.
    func logDensity(_ vector: [Float], at time: Double) -> Double {
        var density = [Double](repeating: 0, count: count)
        return constant + densities(vector.map(Double.init)[...], at: time, into: &density)
    }

    /// Where a group is at `time`, `d` elements.
    func mean(of group: Int, at time: Double) -> [Double] {
        let columns = velocity.count
        return (0..<columns).map { means[group * columns + $0] + velocity[$0] * time }
    }
}
