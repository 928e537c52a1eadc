import Kernels

extension FeatureEncoding {
    /// The encoding that fits what is known now, to follow this one.
    ///
    /// - Parameters:
    ///   - statistics: the decayed statistics of the stream.
    ///   - sample: raw rows of the stream, `r` elements each; whether numbers are taken as logarithms is read from
    ///     them.
    ///   - isYoung: whether the model still warms up; the choice of logarithms is left alone after that.
    func fitted(to statistics: FeatureStatistics, sample: [[Float]], isYoung: Bool) -> FeatureEncoding {
        var next = self
        next.revision += 1
        var position = 0
        for (index, field) in layout.fields.enumerated() {
            let known = statistics.fields[index]
            switch field.kind {
            case .number(let scale):
                let values = sample.map { $0[position] }.filter(\.isFinite).map(Double.init)
                next.fields[index].linear.fit(known.columns[0], values)
                next.fields[index].logarithm.fit(known.logarithm, values.map(Self.logarithm))
                if !values.isEmpty { next.fields[index].isPositive = values.allSatisfy { $0 >= 0 } }
                if scale == .automatic, isYoung { next.fields[index].isLogarithmic = Self.isSkewed(values) }
            case .category: next.fields[index].assign(known)
            case .boolean, .cycle: next.fields[index].means = known.columns.map(\.mean)
            case .vector: break
            }
            position += field.kind.rawWidth
        }
        return next
    }

    /// Whether numbers are better told apart by their logarithms: none is negative, they have a long tail upwards (a
    /// skewness above 1), and their logarithms are less skewed.
    static func isSkewed(_ values: [Double]) -> Bool {
        guard values.count > 2, values.allSatisfy({ $0 >= 0 }) else { return false }
        let before = skewness(values)
        return before > 1 && abs(skewness(values.map(logarithm))) < before
    }

    /// The third standardised moment; 0 without spread.
    private static func skewness(_ values: [Double]) -> Double {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        guard variance > 0 else { return 0 }
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) } / count
            / (variance * variance.squareRoot())
    }

    /// Bounds for the first look at a stream, of which no encoding exists yet: the median and the quartiles' distance,
    /// which a few wild values do not move.
    static func bounds(of values: [Double]) -> Scaling {
        let sorted = values.sorted()
        guard sorted.count >= 8 else { return Scaling() }
        let middle = sorted[sorted.count / 2]
        // The quartiles of a normal distribution lie 1.349 deviations apart.
        let spread = (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / 1.349
        return spread > 0 ? Scaling(mean: middle, deviation: spread) : Scaling()
    }
}

extension FeatureEncoding.Scaling {
    /// Fits it to what is known of a column; the step stays as it was where no `values` are given.
    fileprivate mutating func fit(_ known: FeatureStatistics.Moments, _ values: [Double]) {
        let step = values.isEmpty ? step : ValueSteps(values).usual
        self = Self(mean: known.mean, deviation: known.deviation, step: step)
    }
}

extension FeatureEncoding.Field {
    /// Gives the places of the table to the words that count most. A word that has a place keeps it until another
    /// counts twice as much, and always keeps the same one.
    fileprivate mutating func assign(_ known: FeatureStatistics.Field) {
        let total = known.wordTotal
        let holders = Set(slots.filter { $0 >= 0 })
        // Less than half a record's worth is a word that has been forgotten.
        let ranked = known.ranked().filter { $0.word.count >= 0.5 }
            .map { (hash: $0.hash, word: $0.word, rank: $0.word.count * (holders.contains($0.hash) ? 2 : 1)) }
            .sorted { a, b in a.rank != b.rank ? a.rank > b.rank : (a.word.first, a.hash) < (b.word.first, b.hash) }
        let chosen = ranked.prefix(slots.count).sorted { ($0.word.first, $0.hash) < ($1.word.first, $1.hash) }
        let staying = Set(chosen.map(\.hash))
        for slot in slots.indices where !staying.contains(slots[slot]) {
            slots[slot] = -1
            names[slot] = ""
        }
        var free = slots.indices.filter { slots[$0] < 0 }[...]
        for entry in chosen where !holders.contains(entry.hash) {
            guard let slot = free.popFirst() else { break }
            slots[slot] = entry.hash
            names[slot] = entry.word.name
        }
        means = slots.map { hash in total > 0 ? (known.words[hash]?.count ?? 0) / total : 0 }
    }
}
