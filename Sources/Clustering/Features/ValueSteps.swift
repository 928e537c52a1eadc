/// The steps that the values of a column come in: counts, days and prices do.
struct ValueSteps<Value: BinaryFloatingPoint> {
    /// For each value that repeats, the gap to the nearer of its neighbours among the values that there are. Empty where
    /// there is a single value.
    let gaps: [Value: Value]
    /// The step of the median value; nil where that has none, and of two values, which are kinds rather than a scale.
    let usual: Value?

    /// - Parameter values: finite ones, in any order.
    init(_ values: [Value]) {
        let counts = values.reduce(into: [Value: Int]()) { $0[$1, default: 0] += 1 }
        let distinct = counts.keys.sorted()
        var gaps: [Value: Value] = [:]
        for (place, value) in distinct.enumerated() where distinct.count > 1 && counts[value] ?? 0 > 1 {
            let below = place > 0 ? value - distinct[place - 1] : .infinity
            let above = place + 1 < distinct.count ? distinct[place + 1] - value : .infinity
            gaps[value] = min(below, above)
        }
        self.gaps = gaps
        // Half of the values have at least this one; those that do not repeat have none.
        let known = values.compactMap { gaps[$0] }.sorted()
        let missing = values.count - known.count
        let place = values.count / 2 - missing
        usual = distinct.count > 2 && known.indices.contains(place) ? known[place] : nil
    }
}
