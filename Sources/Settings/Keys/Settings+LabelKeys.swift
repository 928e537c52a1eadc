import Foundation

extension Settings {
    /// Keys of the section `labels`.
    static let labelKeys: [SettingsKey] = [
        SettingsKey(
            "labels.redact",
            .names(.redaction),
            \.labels.redact,
            "What is taken out of texts before any of them is kept (in labels, examples, the sample, the status page): "
                + "built-in kinds by name, anything else is a regular expression. `[]`: nothing."
        ),
        SettingsKey("labels.terms", .count(1...20), \.labels.terms, "The most terms in a label."),
        SettingsKey(
            "labels.text_length",
            .count(1...65_536),
            \.labels.textLength,
            "Bytes of a record's text that are kept as an example of its cluster."
        ),
        SettingsKey(
            "labels.representatives",
            .count(0...100),
            \.labels.representatives,
            "Examples kept of each cluster: the records nearest to its centre."
        ),
    ]
}

extension ValueCodec where Value == String {
    /// A built-in redaction, or a regular expression.
    fileprivate static var redaction: Self {
        let known = LabelSettings.builtInRedactions.joined(separator: ", ")
        return ValueCodec(
            expectation: "a regular expression or one of \(known)",
            summary: "regular expressions, \(known)",
            read: ValueCodec.expression(expected: "a regular expression or one of \(known)").read,
            write: ValueCodec.text().write,
            schema: .object([("type", .text("string")), ("minLength", .number(1))])
        )
    }
}
