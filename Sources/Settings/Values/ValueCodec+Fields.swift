extension ValueCodec where Value == [FeatureFieldSettings] {
    /// A mapping of names to kinds, or to mappings with a kind and more.
    static var fields: Self {
        let kinds = ValueCodec<FeatureFieldSettings.Kind>.choice
        return ValueCodec(
            expectation: "a mapping of field names to kinds, such as {spend: number, country: category}",
            summary: "mapping of names to a kind (\(kinds.summary)), or to {kind, log, weight, missing, slots}",
            read: { node throws(ValueProblem) in
                guard case .mapping(let entries) = node.kind else {
                    throw ValueProblem(node, expected: "a mapping of field names to kinds", mend: mend(node))
                }
                var fields: [FeatureFieldSettings] = []
                for entry in entries {
                    if fields.contains(where: { $0.name == entry.key }) {
                        throw ValueProblem(
                            entry.value,
                            expected: "each field once",
                            found: "`\(entry.key)` a second time"
                        )
                    }
                    fields.append(try field(entry))
                }
                return fields
            },
            write: { fields in
                "{" + fields.map { "\($0.name): \($0.kind.rawValue)" }.joined(separator: ", ") + "}"
            },
            schema: .object([
                ("type", .text("object")),
                ("additionalProperties", .object([("anyOf", .array([kinds.schema, optionsSchema]))])),
            ])
        )
    }

    private static let weight = ValueCodec<Double>.number(0...1e6)
    private static let slots = ValueCodec<Int>.integer(1...256)

    private static var optionsSchema: SchemaValue {
        .object([
            ("type", .text("object")), ("additionalProperties", .boolean(false)),
            ("required", .array([.text("kind")])),
            (
                "properties",
                .object([
                    ("kind", ValueCodec<FeatureFieldSettings.Kind>.choice.schema),
                    ("log", ValueCodec<Bool>.boolean.or("auto").schema), ("weight", weight.schema),
                    ("missing", ValueCodec<FeatureFieldSettings.Missing>.choice.schema), ("slots", slots.schema),
                ])
            ),
        ])
    }

    private static func mend(_ node: ConfigurationNode) -> String? {
        guard case .sequence(let nodes) = node.kind else { return nil }
        let names = nodes.prefix(3).compactMap(\.scalar)
        return names.isEmpty ? nil : "Write {" + names.map { "\($0): number" }.joined(separator: ", ") + "}"
    }

    private static func field(_ entry: ConfigurationNode.Entry) throws(ValueProblem) -> FeatureFieldSettings {
        guard case .mapping(let options) = entry.value.kind else {
            return FeatureFieldSettings(
                name: entry.key,
                kind: try ValueCodec<FeatureFieldSettings.Kind>.choice.read(entry.value)
            )
        }
        guard let kind = options.first(where: { $0.key == "kind" }) else {
            throw ValueProblem(
                entry.value,
                expected: "a kind",
                found: "`\(entry.key)` without one",
                mend: "Add `kind: number`"
            )
        }
        var field = FeatureFieldSettings(
            name: entry.key,
            kind: try ValueCodec<FeatureFieldSettings.Kind>.choice.read(kind.value)
        )
        for option in options where option.key != "kind" { try read(option, into: &field) }
        return field
    }

    private static func read(
        _ option: ConfigurationNode.Entry,
        into field: inout FeatureFieldSettings
    ) throws(ValueProblem) {
        let known = ["kind", "log", "weight", "missing", "slots"]
        switch option.key {
        case "log" where field.kind == .number:
            field.logarithm = try ValueCodec<Bool>.boolean.or("auto").read(option.value)
        case "slots" where field.kind == .category: field.slots = try slots.read(option.value)
        case "weight": field.weight = try weight.read(option.value)
        case "missing": field.missing = try ValueCodec<FeatureFieldSettings.Missing>.choice.read(option.value)
        case "log", "slots":
            throw ValueProblem(
                option.value,
                expected: "`log` for numbers, `slots` for categories",
                found: "`\(option.key)` for the \(field.kind.rawValue) `\(field.name)`",
                mend: "Remove it"
            )
        default:
            throw ValueProblem(
                option.value,
                expected: known.joined(separator: ", "),
                found: "`\(option.key)` of `\(field.name)`, an unknown key",
                mend: nearest(option.key, among: known).map { "Did you mean `\($0)`?" }
            )
        }
    }
}
