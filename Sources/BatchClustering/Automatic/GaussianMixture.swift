import Foundation
import Kernels

/// A mixture of Gaussians, fitted by expectation and maximisation (Dempster, Laird and Rubin 1977).
///
/// Covariances lean a little towards the spread that vectors have about their own components on the whole (a conjugate
/// prior of `d + 2` vectors, Fraley and Raftery 2007), so that a component of few vectors does not collapse.
struct GaussianMixture {
    /// What components look like.
    enum Shape: CaseIterable {
        /// One variance for all directions, its own in each component.
        case sphere
        /// Any covariance.
        case ellipsoid
    }

    let shape: Shape
    let dimension: Int
    /// The share of each component.
    private(set) var shares: [Double]
    /// The means, `k × d`.
    private(set) var means: [Double]
    /// The lower Cholesky factor of each covariance, `k × d × d`; of spheres the standard deviation alone, `k`.
    private var factors: [Double]
    /// The logarithm of the determinant of each covariance.
    private(set) var logDeterminants: [Double]
    /// The trace of each covariance.
    private(set) var traces: [Double]
    /// The sum of the log-densities of the vectors that it was fitted to.
    private(set) var logLikelihood = -Double.infinity

    /// The number of components, `k`.
    var count: Int { shares.count }

    /// The number of free parameters.
    var parameters: Int {
        let spread = shape == .sphere ? 1 : dimension * (dimension + 1) / 2
        return count * (1 + dimension + spread) - 1
    }

    /// Rounds stop when they gain less than this for a vector.
    private static let leastGain = 1e-4

    /// - Parameters:
    ///   - vectors: `n × d`, at least one row.
    ///   - start: `k × d`; each vector begins with the nearest.
    ///   - rounds: the most rounds.
    init(_ vectors: Matrix, start: Matrix, shape: Shape, rounds: Int = 30) {
        self.shape = shape
        dimension = vectors.columns
        shares = Array(repeating: 0, count: start.rows)
        means = start.storage.map(Double.init)
        factors = Array(repeating: 0, count: start.rows * (shape == .sphere ? 1 : vectors.columns * vectors.columns))
        logDeterminants = Array(repeating: 0, count: start.rows)
        traces = logDeterminants
        let data = vectors.storage.map(Double.init)
        var weights = [Double](repeating: 0, count: vectors.rows * start.rows)
        let pairs = NearestTwo.search(queries: vectors, centroids: start, metric: .euclidean)
        for (row, pair) in pairs.enumerated() { weights[row * start.rows + Int(pair.first)] = 1 }
        maximise(data, weights)
        for _ in 0..<max(1, rounds) {
            let before = logLikelihood
            logLikelihood = expect(data, &weights)
            guard logLikelihood - before > Self.leastGain * Double(vectors.rows) else { return }
            maximise(data, weights)
        }
        logLikelihood = expect(data, &weights)
    }

    /// The component that each row belongs to most likely, and the logarithm of the density there.
    func judge(_ vectors: Matrix) -> (labels: [Int], logDensities: [Double]) {
        let data = vectors.storage.map(Double.init)
        var weights = [Double](repeating: 0, count: count)
        var work = [Double](repeating: 0, count: dimension)
        var labels: [Int] = []
        var densities: [Double] = []
        data.withUnsafeBufferPointer { data in
            for row in 0..<vectors.rows {
                weights.withUnsafeMutableBufferPointer { weights in
                    let vector = UnsafeBufferPointer(rebasing: data[row * dimension..<(row + 1) * dimension])
                    densities.append(responsibilities(vector, weights, &work))
                }
                labels.append(weights.indices.max { weights[$0] < weights[$1] } ?? 0)
            }
        }
        return (labels, densities)
    }

    // MARK: - Expectation

    /// Sets the responsibility of each component for each vector, and returns the log-likelihood.
    private func expect(_ data: [Double], _ weights: inout [Double]) -> Double {
        var work = [Double](repeating: 0, count: dimension)
        var sum = 0.0
        let k = count
        data.withUnsafeBufferPointer { data in
            weights.withUnsafeMutableBufferPointer { weights in
                for row in 0..<weights.count / max(1, k) {
                    let vector = UnsafeBufferPointer(rebasing: data[row * dimension..<(row + 1) * dimension])
                    let own = UnsafeMutableBufferPointer(rebasing: weights[row * k..<(row + 1) * k])
                    sum += responsibilities(vector, own, &work)
                }
            }
        }
        return sum
    }

    /// Sets the responsibilities for one vector, and returns the logarithm of its density.
    private func responsibilities(
        _ vector: UnsafeBufferPointer<Double>,
        _ weights: UnsafeMutableBufferPointer<Double>,
        _ work: inout [Double]
    ) -> Double {
        let constant = Double(dimension) * log(2 * Double.pi)
        for component in shares.indices {
            let square = squaredDistance(vector, component, &work)
            weights[component] = log(shares[component]) - 0.5 * (square + logDeterminants[component] + constant)
        }
        let highest = weights.max() ?? 0
        var sum = 0.0
        for component in shares.indices {
            weights[component] = exp(weights[component] - highest)
            sum += weights[component]
        }
        for component in shares.indices { weights[component] /= sum }
        return highest + log(sum)
    }

    /// The squared Mahalanobis distance of a vector to the mean of a component.
    private func squaredDistance(
        _ vector: UnsafeBufferPointer<Double>,
        _ component: Int,
        _ work: inout [Double]
    ) -> Double {
        let d = dimension
        let mean = component * d
        var square = 0.0
        if shape == .sphere {
            for column in 0..<d {
                let difference = vector[column] - means[mean + column]
                square += difference * difference
            }
            return square / (factors[component] * factors[component])
        }
        let factor = component * d * d
        for row in 0..<d {
            var sum = vector[row] - means[mean + row]
            for column in 0..<row { sum -= factors[factor + row * d + column] * work[column] }
            work[row] = sum / factors[factor + row * d + row]
            square += work[row] * work[row]
        }
        return square
    }

    // MARK: - Maximisation

    /// Responsibilities below this move nothing.
    private static let leastWeight = 1e-6

    private mutating func maximise(_ data: [Double], _ weights: [Double]) {
        let (k, d) = (count, dimension)
        let rows = data.count / max(1, d)
        var totals = [Double](repeating: 0, count: k)
        var sums = [Double](repeating: 0, count: k * d)
        for row in 0..<rows {
            for component in 0..<k where weights[row * k + component] > Self.leastWeight {
                let weight = weights[row * k + component]
                totals[component] += weight
                for column in 0..<d { sums[component * d + column] += weight * data[row * d + column] }
            }
        }
        let all = max(1, totals.reduce(0, +))
        for component in 0..<k {
            shares[component] = (totals[component] + 1) / (all + Double(k))
            guard totals[component] > 0 else { continue }
            for column in 0..<d { means[component * d + column] = sums[component * d + column] / totals[component] }
        }
        let scatter = scatter(data, weights)
        var common = [Double](repeating: 0, count: d)
        for component in 0..<k {
            for column in 0..<d { common[column] += scatter[component * d * d + column * d + column] / all }
        }
        for component in 0..<k {
            let own = Array(scatter[component * d * d..<(component + 1) * d * d])
            setCovariance(of: component, scatter: own, total: totals[component], common: common)
        }
    }

    /// The lower triangles of the weighted sums of squares about the means, `k × d × d`; the diagonal alone for spheres.
    private func scatter(_ data: [Double], _ weights: [Double]) -> [Double] {
        let (k, d) = (count, dimension)
        let isSphere = shape == .sphere
        var result = [Double](repeating: 0, count: k * d * d)
        var difference = [Double](repeating: 0, count: d)
        for row in 0..<data.count / max(1, d) {
            for component in 0..<k where weights[row * k + component] > Self.leastWeight {
                let weight = weights[row * k + component]
                for column in 0..<d { difference[column] = data[row * d + column] - means[component * d + column] }
                for i in 0..<d {
                    let part = weight * difference[i]
                    let place = component * d * d + i * d
                    for j in (isSphere ? i : 0)...i { result[place + j] += part * difference[j] }
                }
            }
        }
        return result
    }

    private mutating func setCovariance(of component: Int, scatter: [Double], total: Double, common: [Double]) {
        let d = dimension
        let prior = Double(d) + 2
        var covariance = scatter
        for column in 0..<d { covariance[column * d + column] += prior * max(common[column], 1e-12) }
        for place in covariance.indices { covariance[place] /= total + prior }
        traces[component] = (0..<d).reduce(0) { $0 + covariance[$1 * d + $1] }
        if shape == .sphere {
            let variance = traces[component] / Double(d)
            factors[component] = variance.squareRoot()
            logDeterminants[component] = Double(d) * log(variance)
            return
        }
        logDeterminants[component] = 0
        for row in 0..<d {
            for column in 0...row {
                var sum = covariance[row * d + column]
                for inner in 0..<column { sum -= covariance[row * d + inner] * covariance[column * d + inner] }
                guard row == column else {
                    covariance[row * d + column] = sum / covariance[column * d + column]
                    continue
                }
                covariance[row * d + row] = max(sum, 1e-15).squareRoot()
                logDeterminants[component] += 2 * log(covariance[row * d + row])
            }
        }
        for place in 0..<d * d { factors[component * d * d + place] = covariance[place] }
    }
}
