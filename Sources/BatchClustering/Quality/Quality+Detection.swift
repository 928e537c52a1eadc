/// How well scores tell anomalies (positives) from the rest. Measures that need both kinds are nil where one is
/// missing.
extension Quality {
    /// The area under the ROC curve: the chance that a positive scores above a negative, ties counting half.
    public static func auroc(scores: [Double], positive: [Bool]) -> Double? {
        let steps = ranked(scores, positive)
        guard let end = steps.last, end.truths > 0, end.falsehoods > 0 else { return nil }
        var area = 0.0
        var last = (truths: 0.0, falsehoods: 0.0)
        for step in steps {
            area += (step.falsehoods - last.falsehoods) * (step.truths + last.truths) / 2
            last = step
        }
        return area / (end.truths * end.falsehoods)
    }

    /// The average precision: the sum over thresholds of precision times the gain in recall (scikit-learn's
    /// definition).
    public static func averagePrecision(scores: [Double], positive: [Bool]) -> Double? {
        let steps = ranked(scores, positive)
        guard let end = steps.last, end.truths > 0 else { return nil }
        var sum = 0.0
        var found = 0.0
        for step in steps {
            sum += (step.truths - found) / end.truths * step.truths / (step.truths + step.falsehoods)
            found = step.truths
        }
        return sum
    }

    /// The best F1 over all thresholds: an oracle's, since it knows the truth.
    public static func bestF1(scores: [Double], positive: [Bool]) -> Double? {
        let steps = ranked(scores, positive)
        guard let end = steps.last, end.truths > 0 else { return nil }
        return steps.map { 2 * $0.truths / (end.truths + $0.truths + $0.falsehoods) }.max()
    }

    /// The F1 of calling everything an anomaly: what any other F1 must be held against.
    public static func flagAllF1(positive: [Bool]) -> Double? {
        let truths = Double(positive.count { $0 })
        return truths > 0 ? 2 * truths / (truths + Double(positive.count)) : nil
    }

    /// The F1 of verdicts; nil without positives.
    public static func f1(flagged: [Bool], positive: [Bool]) -> Double? {
        let counts = confusion(flagged, positive)
        guard counts.hit + counts.miss > 0 else { return nil }
        return 2 * counts.hit / (2 * counts.hit + counts.alarm + counts.miss)
    }

    /// The Matthews correlation coefficient of verdicts, from -1 to 1; 0 where a side has only one kind.
    public static func matthews(flagged: [Bool], positive: [Bool]) -> Double {
        let counts = confusion(flagged, positive)
        let product =
            (counts.hit + counts.alarm) * (counts.hit + counts.miss) * (counts.quiet + counts.alarm)
            * (counts.quiet + counts.miss)
        guard product > 0 else { return 0 }
        return (counts.hit * counts.quiet - counts.alarm * counts.miss) / product.squareRoot()
    }

    /// The share of normal records that were flagged; nil without any.
    public static func falseAlarmRate(flagged: [Bool], positive: [Bool]) -> Double? {
        let counts = confusion(flagged, positive)
        let normal = counts.alarm + counts.quiet
        return normal > 0 ? counts.alarm / normal : nil
    }

    private static func confusion(
        _ flagged: [Bool],
        _ positive: [Bool]
    ) -> (hit: Double, alarm: Double, miss: Double, quiet: Double) {
        precondition(flagged.count == positive.count, "each record needs a verdict and a truth")
        var counts = (hit: 0.0, alarm: 0.0, miss: 0.0, quiet: 0.0)
        for pair in zip(flagged, positive) {
            switch pair {
            case (true, true): counts.hit += 1
            case (true, false): counts.alarm += 1
            case (false, true): counts.miss += 1
            case (false, false): counts.quiet += 1
            }
        }
        return counts
    }

    /// Positives and negatives at or above each distinct score, from the highest down.
    private static func ranked(_ scores: [Double], _ positive: [Bool]) -> [(truths: Double, falsehoods: Double)] {
        precondition(scores.count == positive.count, "each record needs a score and a truth")
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var steps: [(truths: Double, falsehoods: Double)] = []
        var current = (truths: 0.0, falsehoods: 0.0)
        for (place, index) in order.enumerated() {
            if positive[index] { current.truths += 1 } else { current.falsehoods += 1 }
            if place + 1 == order.count || scores[order[place + 1]] != scores[index] { steps.append(current) }
        }
        return steps
    }
}
