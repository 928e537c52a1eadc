import Foundation

/// A generalised Pareto distribution fitted to the excesses of scores over a high threshold.
struct ParetoTail: Sendable, Equatable, Codable {
    /// The shape `γ`: above 0 the tail is heavy, below 0 it ends.
    var shape: Double
    /// The scale `σ`, greater than 0.
    var scale: Double

    /// The probability that an excess is at least `excess` (0 or more).
    func survival(_ excess: Double) -> Double {
        if abs(shape) < 1e-9 { return exp(-excess / scale) }
        let base = 1 + shape * excess / scale
        return base <= 0 ? 0 : pow(base, -1 / shape)
    }

    /// The excess that is reached with probability `probability` (greater than 0, at most 1).
    func excess(probability: Double) -> Double {
        if abs(shape) < 1e-9 { return -scale * log(probability) }
        return scale / shape * (pow(probability, -shape) - 1)
    }

    /// The least probability, from 0 (exclusive) to 1, that `count` scores can support of one that lies `excess` beyond
    /// the largest of them: a half in `count + 1` there, and from there on a heavy tail (shape 1/4).
    static func least(_ excess: Double, scale: Double, count: Double) -> Double {
        let beyond = scale > 0 ? max(0, excess) / scale : 0
        return 0.5 / (count + 1) * pow(1 + 0.25 * beyond, -4)
    }

    /// How far beyond the largest score ``least(_:scale:count:)`` is `probability`; nil where that is reached before it.
    static func excess(least probability: Double, scale: Double, count: Double) -> Double? {
        let ratio = 0.5 / ((count + 1) * probability)
        return ratio > 1 ? 4 * scale * (pow(ratio, 0.25) - 1) : nil
    }

    /// The fit of higher likelihood among the method of moments and Grimshaw's maximum likelihood (Siffer et al. 2017,
    /// "Anomaly Detection in Streams with Extreme Value Theory", section 3.3); nil where neither gives finite numbers.
    static func fit(_ excesses: [Double]) -> ParetoTail? {
        guard excesses.count >= 4, let largest = excesses.max(), largest > 0 else { return nil }
        var best: (tail: ParetoTail, likelihood: Double)?
        for tail in [moments(excesses)] + maximumLikelihood(excesses, largest: largest) {
            guard let tail, tail.scale > 0, tail.scale.isFinite, tail.shape.isFinite else { continue }
            let likelihood = tail.logLikelihood(excesses)
            if likelihood.isFinite, likelihood > best?.likelihood ?? -.infinity { best = (tail, likelihood) }
        }
        return best?.tail
    }

    /// The logarithm of the likelihood of `excesses`; minus infinity where one is impossible.
    func logLikelihood(_ excesses: [Double]) -> Double {
        let count = Double(excesses.count)
        if abs(shape) < 1e-9 { return -count * log(scale) - excesses.reduce(0, +) / scale }
        var sum = 0.0
        for excess in excesses {
            let base = 1 + shape * excess / scale
            guard base > 0 else { return -.infinity }
            sum += log(base)
        }
        return -count * log(scale) - (1 + 1 / shape) * sum
    }

    /// `γ = (1 - E²/V) / 2`, `σ = E (1 + E²/V) / 2` with the mean `E` and the variance `V`.
    private static func moments(_ excesses: [Double]) -> ParetoTail? {
        let count = Double(excesses.count)
        let mean = excesses.reduce(0, +) / count
        let variance = excesses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        guard mean > 0 else { return nil }
        guard variance > 0 else { return ParetoTail(shape: 0, scale: mean) }
        let ratio = mean * mean / variance
        return ParetoTail(shape: (1 - ratio) / 2, scale: mean * (1 + ratio) / 2)
    }

    /// The stationary points of the likelihood: Grimshaw 1993 reduces them to the roots of one function of `s = γ/σ`,
    /// `u(s)·v(s) = 1` with `u` the mean of `1/(1 + s·x)` and `v` one more than the mean of `ln(1 + s·x)`.
    private static func maximumLikelihood(_ excesses: [Double], largest: Double) -> [ParetoTail?] {
        let count = Double(excesses.count)
        let mean = excesses.reduce(0, +) / count
        let smallest = max(excesses.min() ?? 0, largest * 1e-6)
        func function(_ s: Double) -> Double {
            var u = 0.0
            var v = 0.0
            for excess in excesses {
                let base = 1 + s * excess
                guard base > 0 else { return .nan }
                u += 1 / base
                v += log(base)
            }
            return u / count * (1 + v / count) - 1
        }
        let gap = 1e-6 / mean
        let low = roots(function, from: -1 / largest + 1e-8 / largest, to: -gap)
        let high = roots(
            function,
            from: gap,
            to: max(2 * gap, 2 * (mean - smallest) / (smallest * smallest)),
            spread: true
        )
        return (low + high).map { s in
            let shape = excesses.reduce(0) { $0 + log(1 + s * $1) } / count
            return ParetoTail(shape: shape, scale: shape / s)
        } + [ParetoTail(shape: 0, scale: mean)]
    }

    /// Roots of `function` between two points: sign changes on a grid (even, or geometric where the range spans orders
    /// of magnitude), then bisection.
    private static func roots(
        _ function: (Double) -> Double,
        from: Double,
        to: Double,
        spread: Bool = false
    ) -> [Double] {
        let steps = 12
        func point(_ step: Int) -> Double {
            let part = Double(step) / Double(steps)
            return spread ? from * pow(to / from, part) : from + (to - from) * part
        }
        guard from < to else { return [] }
        var result: [Double] = []
        var left = (x: from, y: function(from))
        for step in 1...steps {
            let x = point(step)
            let right = (x: x, y: function(x))
            if left.y.isFinite, right.y.isFinite, (left.y < 0) != (right.y < 0) {
                result.append(bisect(function, left.x, right.x, sign: left.y < 0))
            }
            left = right
        }
        return result
    }

    private static func bisect(_ function: (Double) -> Double, _ from: Double, _ to: Double, sign: Bool) -> Double {
        var low = from
        var high = to
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if (function(middle) < 0) == sign { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
