/// Decayed counts of scores in bins of at most 3 % of their value: the empirical body of the score distribution.
struct ScoreHistogram: Sendable, Equatable, Codable {
    /// The bin of the first element of `counts`.
    private(set) var first = 0
    /// The decayed count of each bin.
    private(set) var counts: [Double] = []
    /// The decayed number of scores.
    private(set) var total = 0.0

    /// The number of bins between two powers of two, as a power of two.
    private static let resolution: UInt32 = 5

    /// The bin of a score: its exponent and leading fraction bits, so that bins grow with the score.
    static func bin(_ score: Float) -> Int {
        Int(max(0, score).bitPattern >> (23 - resolution))
    }

    /// The smallest score of a bin.
    static func lowerEdge(_ bin: Int) -> Double {
        Double(Float(bitPattern: UInt32(clamping: bin) << (23 - resolution)))
    }

    /// Fades everything by `factor`.
    mutating func age(by factor: Double) {
        guard factor < 1 else { return }
        for index in counts.indices { counts[index] *= factor }
        total *= factor
    }

    /// Counts one finite score of at least 0.
    mutating func add(_ score: Float, weight: Double = 1) {
        let bin = Self.bin(score)
        if counts.isEmpty {
            first = bin
            counts = [0]
        } else if bin < first {
            counts.insert(contentsOf: repeatElement(0, count: first - bin), at: 0)
            first = bin
        } else if bin >= first + counts.count {
            counts.append(contentsOf: repeatElement(0, count: bin - first - counts.count + 1))
        }
        counts[bin - first] += weight
        total += weight
    }

    /// The weight of scores of at least `score`, linear within a bin.
    func weight(atLeast score: Double) -> Double {
        weight(atLeast: score) { counts[$0...].reduce(0, +) }
    }

    /// The weight of each bin and those above it, for many questions: see ``weight(atLeast:above:)``.
    var weightsAbove: [Double] {
        var result = [Double](repeating: 0, count: counts.count + 1)
        for index in counts.indices.reversed() { result[index] = result[index + 1] + counts[index] }
        return result
    }

    /// The same where the weight of the bins from one on, counted from `first`, is known.
    func weight(atLeast score: Double, above: (Int) -> Double) -> Double {
        let bin = Self.bin(Float(score))
        guard bin >= first else { return total }
        guard bin < first + counts.count else { return 0 }
        let low = Self.lowerEdge(bin)
        let high = Self.lowerEdge(bin + 1)
        let share = min(1, max(0, (high - score) / (high - low)))
        return counts[bin - first] * share + above(bin - first + 1)
    }

    /// The score below which a share `level` (0 to 1) of the weight lies, linear within a bin; 0 when empty.
    func quantile(_ level: Double) -> Double {
        var left = level * total
        for (index, count) in counts.enumerated() where count > 0 {
            if left <= count {
                let low = Self.lowerEdge(first + index)
                return low + (Self.lowerEdge(first + index + 1) - low) * max(0, left / count)
            }
            left -= count
        }
        return counts.isEmpty ? 0 : Self.lowerEdge(first + counts.count)
    }

    /// The bins whose lower edge is in `range`: the middle and the weight of each.
    func bins(in range: Range<Double>) -> [(middle: Double, weight: Double)] {
        counts.enumerated().compactMap { index, count in
            let low = Self.lowerEdge(first + index)
            guard count > 0, range.contains(low) else { return nil }
            return ((low + Self.lowerEdge(first + index + 1)) / 2, count)
        }
    }
}
