extension Settings {
    /// The JSON Schema (draft 2020-12) of the configuration file, for editors.
    public static func jsonSchema() -> String {
        var members = keys.filter { $0.section == nil }.map { ($0.name, schema(of: $0)) }
        for section in sections {
            let own = keys.filter { $0.section == section.name }
            members.append(
                (
                    section.name,
                    .object([
                        ("description", .text(section.documentation)),
                        ("type", .array([.text("object"), .text("null")])), ("additionalProperties", .boolean(false)),
                        ("properties", .object(own.map { ($0.name, schema(of: $0)) })),
                    ])
                )
            )
        }
        return SchemaValue.object([
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text("centroidd")),
            ("type", .text("object")), ("additionalProperties", .boolean(false)), ("properties", .object(members)),
        ]).json() + "\n"
    }

    private static func schema(of key: SettingsKey) -> SchemaValue {
        var more: [(String, SchemaValue)] = [("description", .text(key.documentation))]
        if !key.defaultText.isEmpty { more.append(("default", .text(key.defaultText))) }
        return key.schema.adding(more)
    }
}
