import Foundation
import Kernels

/// Names clusters of feature rows by the fields that set them apart from the whole stream, in the user's units.
enum FeatureLabeller {
    /// The most fields in a label.
    static let limit = 3
    /// The least effect that is told, in standard deviations.
    static let leastEffect = 0.5

    /// How a cluster differs from the whole stream in one field.
    struct Difference: Equatable {
        /// In standard deviations, without sign.
        var effect: Double
        var text: String
    }

    /// A short name: the fields of the greatest effect, two or, where the third is about as great as the second, three;
    /// `about average` where nothing sets the cluster apart.
    ///
    /// - Parameter mean: the cluster's mean vector, `d` elements.
    static func label(mean: ArraySlice<Float>, encoding: FeatureEncoding) -> String {
        let ranked = differences(mean: mean, encoding: encoding)
            .enumerated().sorted { ($1.element.effect, $0.offset) < ($0.element.effect, $1.offset) }.map(\.element)
            .filter { $0.effect >= leastEffect }
        guard let best = ranked.first else { return "about average" }
        // A field far weaker than the best one says more about chance than about the cluster.
        let told = ranked.prefix(limit).filter { $0.effect >= 0.4 * best.effect }
        return told.map(\.text).joined(separator: ", ")
    }

    /// The difference in each field, in the layout's order; fields without weight and text have none.
    static func differences(mean: ArraySlice<Float>, encoding: FeatureEncoding) -> [Difference] {
        var result: [Difference] = []
        var position = mean.startIndex
        for (field, fitted) in zip(encoding.layout.fields, encoding.fields) {
            defer { position += field.kind.width }
            guard field.weight > 0 else { continue }
            let values = mean[position..<position + field.kind.width].map { Double($0 / field.weight) }
            switch field.kind {
            case .number: result.append(number(values[0], field.name, fitted))
            case .boolean: result.append(boolean(values[0] / FeatureEncoding.booleanScale, field.name, fitted))
            case .category:
                if let word = word(values, field.name, fitted) { result.append(word) }
            case .cycle(let cycle): result.append(moment(values, field.name, cycle, fitted))
            case .vector: break
            }
        }
        return result
    }

    /// `spend 4.1x`: the ratio of the means (of logarithms: of what they stand for) where no number is below zero;
    /// `balance +2.3 sd` otherwise.
    private static func number(_ deviations: Double, _ name: String, _ fitted: FeatureEncoding.Field) -> Difference {
        let scaling = fitted.scaling
        func plain(_ value: Double) -> Double { fitted.isLogarithmic ? FeatureEncoding.exponential(value) : value }
        let overall = plain(scaling.mean)
        let ratio = overall > 0 ? plain(scaling.value(of: deviations)) / overall : -1
        if fitted.isPositive, ratio >= 0, !(0.95..<1.05).contains(ratio) {
            return Difference(effect: abs(deviations), text: "\(name) \(times(ratio))")
        }
        let sign = deviations < 0 ? "-" : "+"
        return Difference(effect: abs(deviations), text: "\(name) \(sign)\(rounded(abs(deviations), 1)) sd")
    }

    /// `churned 91 %`.
    private static func boolean(_ share: Double, _ name: String, _ fitted: FeatureEncoding.Field) -> Difference {
        Difference(effect: effect(share, overall: fitted.means[0]), text: "\(name) \(percent(share))")
    }

    /// `country DE 83 %`: of the words with a place of their own the one of the greatest effect, rather one that is
    /// frequent here than one that is rare.
    private static func word(_ shares: [Double], _ name: String, _ fitted: FeatureEncoding.Field) -> Difference? {
        let known = fitted.slots.indices.filter { fitted.slots[$0] >= 0 }
        let frequent = known.filter { shares[$0] > fitted.means[$0] }
        return (frequent.isEmpty ? known : frequent).map { slot in
            Difference(
                effect: effect(shares[slot], overall: fitted.means[slot]),
                text: "\(name) \(fitted.names[slot].isEmpty ? "(empty)" : fitted.names[slot]) \(percent(shares[slot]))"
            )
        }.max { $0.effect < $1.effect }
    }

    /// `visited 14:20`, `visited Sat`: the mean direction.
    private static func moment(
        _ mean: [Double],
        _ name: String,
        _ cycle: FeatureLayout.Cycle,
        _ fitted: FeatureEncoding.Field
    ) -> Difference {
        let away = hypot(mean[0] - fitted.means[0], mean[1] - fitted.means[1])
        // What the whole stream scatters about its own mean direction; a circle evenly filled scatters by 1.
        let spread = max(0.05, 1 - fitted.means[0] * fitted.means[0] - fitted.means[1] * fitted.means[1]).squareRoot()
        var turn = atan2(mean[0], mean[1]) / (2 * .pi)
        if turn < 0 { turn += 1 }
        return Difference(effect: away / spread, text: "\(name) \(cycle.text(turn: turn))")
    }

    /// A share's distance from the overall share in standard deviations of one record. A share of nearly nothing or nearly
    /// all is given a deviation as of one in a hundred.
    private static func effect(_ share: Double, overall: Double) -> Double {
        let bounded = min(max(overall, 0.01), 0.99)
        return abs(share - overall) / (bounded * (1 - bounded)).squareRoot()
    }

    private static func times(_ ratio: Double) -> String {
        ratio < 0.095 ? "\(rounded(ratio, 2))x" : ratio < 9.95 ? "\(rounded(ratio, 1))x" : "\(rounded(ratio, 0))x"
    }

    private static func percent(_ share: Double) -> String { "\(Int((min(max(share, 0), 1) * 100).rounded())) %" }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}

extension FeatureLayout.Cycle {
    /// A place on the circle (0 to 1) for people.
    func text(turn: Double) -> String {
        switch self {
        case .day:
            let minutes = Int((turn * 1440).rounded()) % 1440
            return String(format: "%02d:%02d", minutes / 60, minutes % 60)
        case .week: return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][min(6, Int(turn * 7))]
        case .month: return "day \(min(31, Int(turn * 31) + 1))"
        case .year:
            let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
            return names[min(11, Int(turn * 12))]
        }
    }
}
