extension ValueCodec where Value == Int {
    /// A whole number, digits alone.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        let expectation = "a whole number from \(range.lowerBound) to \(limit(range.upperBound))"
        return ValueCodec(
            expectation: expectation,
            summary: "whole number, \(range.lowerBound) to \(limit(range.upperBound))",
            read: { node throws(ValueProblem) in
                guard let text = node.unquoted, let value = Int(text), range.contains(value) else {
                    throw ValueProblem(node, expected: expectation, mend: unquoting(node))
                }
                return value
            },
            write: { "\($0)" },
            schema: .object([
                ("type", .text("integer")), ("minimum", .number(Double(range.lowerBound))),
                ("maximum", .number(Double(range.upperBound))),
            ])
        )
    }

    /// A whole number that may end in `k` (thousand) or `M` (million).
    static func count(_ range: ClosedRange<Int>) -> Self {
        let limits = "\(Units.text(ofCount: range.lowerBound)) to \(limit(range.upperBound))"
        let expectation = "a count from \(limits), such as 500 or 20k"
        return ValueCodec(
            expectation: expectation,
            summary: "count (k, M), \(limits)",
            read: { node throws(ValueProblem) in
                guard let text = node.unquoted, let value = Units.count(text), range.contains(value) else {
                    throw ValueProblem(node, expected: expectation, mend: unquoting(node))
                }
                return value
            },
            write: { Units.text(ofCount: $0) },
            schema: .object([
                (
                    "anyOf",
                    .array([
                        .object([
                            ("type", .text("integer")), ("minimum", .number(Double(range.lowerBound))),
                            ("maximum", .number(Double(range.upperBound))),
                        ]),
                        .pattern("^[0-9]+(\\.[0-9]+)? ?[kKM]$"),
                    ])
                )
            ])
        )
    }

    /// Bytes, always with a unit.
    static func size(_ range: ClosedRange<Int>) -> Self {
        let limits = "\(Units.text(ofSize: range.lowerBound)) to \(Units.text(ofSize: range.upperBound))"
        let expectation = "a size from \(limits) with its unit, such as 64MiB, 1GB or 512KiB"
        return ValueCodec(
            expectation: expectation,
            summary: "size (B, kB, KiB, MB, MiB, GB, GiB), \(limits)",
            read: { node throws(ValueProblem) in
                guard let text = node.scalar, let value = Units.size(text), range.contains(value) else {
                    throw ValueProblem(node, expected: expectation, mend: missingUnit(node, "MiB"))
                }
                return value
            },
            write: { Units.text(ofSize: $0) },
            schema: .pattern("^[0-9]+(\\.[0-9]+)? ?(B|[kK]B|KiB|[MGT]i?B)$")
        )
    }

    private static func limit(_ bound: Int) -> String {
        bound == .max ? "9223372036854775807" : Units.text(ofCount: bound)
    }
}

extension ValueCodec where Value == Double {
    /// A number; `isOpen` leaves the limits themselves out.
    static func number(_ range: ClosedRange<Double>, isOpen: Bool = false) -> Self {
        let limits =
            isOpen
            ? "above \(range.lowerBound) and below \(range.upperBound)"
            : "from \(range.lowerBound) to \(range.upperBound)"
        let expectation = "a number \(limits)"
        return ValueCodec(
            expectation: expectation,
            summary: "number, \(limits)",
            read: { node throws(ValueProblem) in
                guard let text = node.unquoted, let value = Double(text), range.contains(value),
                    !(isOpen && (value == range.lowerBound || value == range.upperBound))
                else { throw ValueProblem(node, expected: expectation, mend: unquoting(node)) }
                return value
            },
            write: { "\($0)" },
            schema: .object([
                ("type", .text("number")), (isOpen ? "exclusiveMinimum" : "minimum", .number(range.lowerBound)),
                (isOpen ? "exclusiveMaximum" : "maximum", .number(range.upperBound)),
            ])
        )
    }
}

extension ValueCodec where Value == Duration {
    /// A duration, always with a unit.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let limits = "\(Units.text(of: range.lowerBound)) to \(Units.text(of: range.upperBound))"
        let expectation = "a duration from \(limits) with its unit, such as 200ms, 5s, 10m, 6h or 1d"
        return ValueCodec(
            expectation: expectation,
            summary: "duration (ms, s, m, h, d), \(limits)",
            read: { node throws(ValueProblem) in
                guard let text = node.scalar, let value = Units.duration(text), range.contains(value) else {
                    throw ValueProblem(node, expected: expectation, mend: missingUnit(node, "s"))
                }
                return value
            },
            write: { Units.text(of: $0) },
            schema: .pattern(Units.durationPattern)
        )
    }
}

extension ValueCodec where Value == Span {
    /// A number of records, a duration, or a word for "never".
    static func span(never word: String) -> Self {
        let expectation =
            "`\(word)`, records such as `100k records`, or a duration such as 10m or 6h, either greater than 0"
        return ValueCodec(
            expectation: expectation,
            summary: "\(word), records (`50k records`) or duration (s, m, h, d)",
            read: { node throws(ValueProblem) in
                guard let text = node.scalar else { throw ValueProblem(node, expected: expectation) }
                if text == word { return .never }
                if text.hasSuffix(" records"), let count = Units.count(String(text.dropLast(" records".count))),
                    count > 0
                {
                    return .records(count)
                }
                if let duration = Units.duration(text), duration > .zero { return .time(duration) }
                let mend = Units.count(text).map { "Write `\(Units.text(ofCount: $0)) records`, or a unit of time" }
                throw ValueProblem(node, expected: expectation, mend: mend)
            },
            write: { span in
                switch span {
                case .never: word
                case .records(let count): "\(Units.text(ofCount: count)) records"
                case .time(let duration): Units.text(of: duration)
                }
            },
            schema: .object([
                (
                    "anyOf",
                    .array([
                        .object([("const", .text(word))]), .pattern("^[0-9]+(\\.[0-9]+)?[kKM]? records$"),
                        .pattern(Units.durationPattern),
                    ])
                )
            ])
        )
    }
}

extension Units {
    static let durationPattern = "^[0-9]+(\\.[0-9]+)? ?(us|ms|s|m|h|d)$"
}

/// What to do about a number in quotes.
private func unquoting(_ node: ConfigurationNode) -> String? {
    guard case .scalar(let text, .quoted) = node.kind, Double(text) != nil else { return nil }
    return "Remove the quotes"
}

/// What to do about a number that lacks its unit.
private func missingUnit(_ node: ConfigurationNode, _ unit: String) -> String? {
    guard let text = node.scalar, Double(text) != nil else { return nil }
    return "The unit is missing: write \(text)\(unit) if that is what you mean"
}
