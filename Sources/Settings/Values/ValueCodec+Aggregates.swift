extension ValueCodec where Value == [EntityAggregateSettings] {
    /// A mapping of names to `sum(amount)`, `count`, `mean(amount) half_life 30d`.
    static var aggregates: Self {
        let expectation = "a mapping of names to functions, such as {orders: count, spend: sum(amount) half_life 90d}"
        return ValueCodec(
            expectation: expectation,
            summary: "mapping of names to functions ("
                + EntityAggregateSettings.Function.allCases.map(\.rawValue).joined(separator: ", ") + ")",
            read: { node throws(ValueProblem) in
                guard case .mapping(let entries) = node.kind else {
                    throw ValueProblem(node, expected: expectation)
                }
                var aggregates: [EntityAggregateSettings] = []
                for entry in entries {
                    let parser = AggregateParser(name: entry.key, node: entry.value, place: entry.place)
                    aggregates.append(try parser.parse())
                }
                return aggregates
            },
            write: { aggregates in
                "{" + aggregates.map { "\($0.name): \(AggregateParser.text(of: $0))" }.joined(separator: ", ") + "}"
            },
            schema: .object([
                ("type", .text("object")),
                (
                    "additionalProperties",
                    .pattern(
                        "^(" + EntityAggregateSettings.Function.allCases.map(\.rawValue).joined(separator: "|")
                            + ")( *\\([^()]+\\))?( +half_life +[0-9.]+ ?(us|ms|s|m|h|d))?$"
                    )
                ),
            ])
        )
    }
}

/// Reads `function(field) half_life duration`.
private struct AggregateParser {
    let name: String
    let node: ConfigurationNode
    let place: SettingsPlace

    private static let words = EntityAggregateSettings.Function.allCases.map(\.rawValue)
    private static let marker = "half_life"

    static func text(of aggregate: EntityAggregateSettings) -> String {
        aggregate.function.rawValue + (aggregate.field.map { "(\($0))" } ?? "")
            + (aggregate.halfLife.map { " \(marker) \(Units.text(of: $0))" } ?? "")
    }

    func parse() throws(ValueProblem) -> EntityAggregateSettings {
        try checkName()
        guard var rest = node.text.map({ Substring($0) }) else {
            throw problem("a function for `\(name)`, such as count or sum(amount)")
        }
        let word = rest.prefix { $0.isLetter || $0 == "_" }
        guard let function = EntityAggregateSettings.Function(rawValue: String(word)) else {
            throw problem(
                "one of the functions \(Self.words.joined(separator: ", "))",
                mend: nearest(String(word), among: Self.words).map { "Did you mean `\($0)`?" }
            )
        }
        rest = rest.dropFirst(word.count).drop { $0 == " " }
        let field = try field(&rest, function)
        let halfLife = try halfLife(rest, function)
        return EntityAggregateSettings(name: name, function: function, field: field, halfLife: halfLife)
    }

    private func checkName() throws(ValueProblem) {
        let isLegal = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || byte == 0x2d || byte == 0x5f
        }
        guard isLegal, (1...64).contains(name.utf8.count) else {
            var problem = ValueProblem(
                node,
                expected: "a name of at most 64 letters, digits, `_` and `-`",
                found: "the name \"\(name)\""
            )
            problem.place = place
            throw problem
        }
    }

    private func field(
        _ rest: inout Substring,
        _ function: EntityAggregateSettings.Function
    ) throws(ValueProblem) -> String? {
        guard rest.first == "(" else {
            guard !function.needsField else {
                throw problem(
                    "a field for `\(function.rawValue)`",
                    mend: "Write \(function.rawValue)(amount), with your field's name"
                )
            }
            return nil
        }
        guard let end = rest.firstIndex(of: ")") else { throw problem("a closing parenthesis") }
        let field = String(rest[rest.index(after: rest.startIndex)..<end]).trimmed
        rest = rest[rest.index(after: end)...].drop { $0 == " " }
        guard function.takesField else {
            throw problem("`\(function.rawValue)` without a field", mend: "It is computed from the times of events")
        }
        guard !field.isEmpty else { throw problem("a field's name between the parentheses") }
        return field
    }

    private func halfLife(
        _ rest: Substring,
        _ function: EntityAggregateSettings.Function
    ) throws(ValueProblem) -> Duration? {
        guard !rest.isEmpty else { return nil }
        guard rest.hasPrefix(Self.marker),
            let halfLife = Units.duration(String(rest.dropFirst(Self.marker.count)).trimmed),
            halfLife > .zero
        else {
            throw problem("nothing behind the function, or `half_life` and a duration such as 30d")
        }
        guard function.canFade else {
            throw problem(
                "`\(function.rawValue)` without a half-life",
                mend: "Only count, sum, mean and interval can fade"
            )
        }
        return halfLife
    }

    private func problem(_ expected: String, mend: String? = nil) -> ValueProblem {
        ValueProblem(node, expected: expected, found: "\(node.summary) for `\(name)`", mend: mend)
    }
}

extension String {
    /// Without spaces at either end.
    fileprivate var trimmed: String {
        String(Substring(drop { $0 == " " }.reversed()).drop { $0 == " " }.reversed())
    }
}
