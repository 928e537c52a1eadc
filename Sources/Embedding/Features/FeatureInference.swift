import Kernels

/// Finds out what fields records have, where nobody said.
public enum FeatureInference {
    /// Records that are enough to tell.
    public static let recordLimit = 1000
    /// Fewer records than this do not show that a field is a running number or a name.
    private static let least = 20

    /// The fields of records, by name: numbers as numbers, truth values as booleans, ISO 8601 times by the hour of the
    /// day (dates by the day of the week), the rest as categories. Fields within fields are named by their paths.
    ///
    /// Left out are lists, fields that are always empty or always the same text, whole numbers that rise from record to
    /// record, and text that is nearly always another: they name a record and say nothing of its kind.
    /// - Parameters:
    ///   - records: some of the first; more than ``recordLimit`` are not looked at.
    ///   - names: the order of fields at the top, where they have one; others follow by name.
    ///   - excluded: names at the top that do not take part.
    public static func fields(
        of records: [[String: FeatureValue]],
        names: [String] = [],
        excluding excluded: Set<String> = []
    ) -> [FeatureField] {
        var columns: [String: [FeatureValue]] = [:]
        for record in records.prefix(recordLimit) {
            for (name, value) in record where !excluded.contains(name) { collect(value, name, into: &columns) }
        }
        let order = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        return columns.keys.sorted { (order[$0] ?? .max, $0) < (order[$1] ?? .max, $1) }.compactMap { name in
            kind(columns[name] ?? []).map { FeatureField(name, $0) }
        }
    }

    private static func collect(_ value: FeatureValue, _ name: String, into columns: inout [String: [FeatureValue]]) {
        switch value {
        case .null: break
        case .object(let members):
            for (key, member) in members { collect(member, "\(name).\(key)", into: &columns) }
        default: columns[name, default: []].append(value)
        }
    }

    private static func kind(_ values: [FeatureValue]) -> FeatureField.Kind? {
        guard !values.isEmpty else { return nil }
        if values.contains(where: { if case .list = $0 { true } else { false } }) { return nil }
        if let numbers = numbers(values) { return isRunning(numbers) ? nil : .number(.automatic) }
        if values.allSatisfy({ FeatureReader.truth($0) != nil }) { return .boolean }
        let moments = values.compactMap { if case .text = $0 { Moment($0) } else { nil } }
        if moments.count == values.count { return .time(moments.contains(where: \.hasClock) ? .day : .week) }
        let words = Set(values.map { if case .text(let text) = $0 { text } else { "\($0)" } })
        if values.count >= least, words.count == 1 || Double(words.count) > 0.8 * Double(values.count) { return nil }
        return .category(slots: FeatureField.defaultSlots)
    }

    /// The values as numbers, where all are numbers or text that is one.
    private static func numbers(_ values: [FeatureValue]) -> [Double]? {
        var numbers: [Double] = []
        for value in values {
            switch value {
            case .number(let number): numbers.append(number)
            case .text(let text):
                guard let number = Double(text), number.isFinite else { return nil }
                numbers.append(number)
            default: return nil
            }
        }
        return numbers
    }

    private static func isRunning(_ numbers: [Double]) -> Bool {
        numbers.count >= least && numbers.allSatisfy { $0 == $0.rounded() }
            && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    }
}
