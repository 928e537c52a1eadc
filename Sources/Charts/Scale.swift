/// An axis: which values it spans, where they are drawn, and the round numbers along it (Heckbert 1990, "Nice Numbers
/// for Graph Labels").
struct Scale {
    /// The values at both ends.
    let values: ClosedRange<Double>
    /// Where both ends are drawn; a falling axis has the first above the second.
    let from: Double
    let to: Double
    /// The round numbers within the values.
    let ticks: [Double]
    private let step: Double

    /// - Parameters:
    ///   - values: finite.
    ///   - from: where the least value is drawn.
    ///   - to: where the greatest value is drawn.
    ///   - wanted: about how many ticks.
    ///   - widened: whether the ends are moved outwards to the next ticks.
    ///   - whole: whether only whole numbers make sense.
    init(
        _ values: ClosedRange<Double>,
        from: Double,
        to: Double,
        ticks wanted: Int,
        widened: Bool = true,
        whole: Bool = false
    ) {
        var (low, high) = (values.lowerBound, values.upperBound)
        if high - low <= abs(high) * 1e-12 {
            let room = max(abs(high) * 0.1, whole ? 1 : 0.5)
            (low, high) = (low - room, high + room)
        }
        let step = max(Self.round((high - low) / Double(max(1, wanted))), whole ? 1 : 0)
        if widened { (low, high) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step) }
        self.values = low...high
        self.from = from
        self.to = to
        self.step = step
        let first = Int((low / step - 1e-9).rounded(.up))
        let last = Int((high / step + 1e-9).rounded(.down))
        ticks = first <= last ? (first...last).map { Double($0) * step } : []
    }

    /// 1, 2 or 5 times a power of ten, near `value`.
    private static func round(_ value: Double) -> Double {
        var power = 1.0
        while power * 10 <= value { power *= 10 }
        while power > value { power /= 10 }
        let share = value / power
        return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10)
    }

    /// Where a value is drawn.
    func position(_ value: Double) -> Double {
        from + (value - values.lowerBound) / (values.upperBound - values.lowerBound) * (to - from)
    }

    /// A tick with as many decimals as its step has; large ones in millions and so on.
    func label(_ tick: Double) -> String {
        let largest = max(abs(values.lowerBound), abs(values.upperBound))
        if largest < 1e-3, tick != 0 { return Figures.short(tick) }
        let (unit, suffix) = Figures.unit(of: largest)
        var (places, share) = (0, step / unit)
        while places < 7, abs(share - share.rounded()) > 1e-6 * share { (places, share) = (places + 1, share * 10) }
        return Figures.decimal(tick == 0 ? 0 : tick / unit, places: places) + (tick == 0 ? "" : suffix)
    }
}
