/// Why a value cannot be used.
struct ValueProblem: Error {
    var place: SettingsPlace
    var found: String
    var expected: String
    var mend: String?

    init(_ node: ConfigurationNode, expected: String, found: String? = nil, mend: String? = nil) {
        place = node.place
        self.found = found ?? node.summary
        self.expected = expected
        self.mend = mend
    }
}

/// How a kind of value is read, written and described.
struct ValueCodec<Value: Equatable & Sendable>: Sendable {
    /// What an error message says was expected: `a duration from 1s to 1h, such as 30s`.
    var expectation: String
    /// The manual's short form: `duration, 1s to 1h`.
    var summary: String
    /// Reads a value that is there.
    var read: @Sendable (ConfigurationNode) throws(ValueProblem) -> Value
    /// Writes a value as it stands in the file.
    var write: @Sendable (Value) -> String
    /// The JSON Schema of what it reads.
    var schema: SchemaValue
}

extension ValueCodec {
    /// The same, where one word means that there is no value.
    func or(_ word: String) -> ValueCodec<Value?> {
        let wrapped = self
        return ValueCodec<Value?>(
            expectation: "`\(word)` or \(expectation)",
            summary: "\(word) or \(summary)",
            read: { node throws(ValueProblem) in
                if node.unquoted == word || node.text == word { return nil }
                do throws(ValueProblem) { return try wrapped.read(node) } catch {
                    var problem = error
                    problem.expected = "`\(word)` or \(problem.expected)"
                    throw problem
                }
            },
            write: { $0.map(wrapped.write) ?? word },
            schema: .object([("anyOf", .array([.object([("const", .text(word))]), schema]))])
        )
    }

    /// The same, where the key may be left empty.
    var optional: ValueCodec<Value?> {
        let wrapped = self
        return ValueCodec<Value?>(
            expectation: expectation,
            summary: summary,
            read: { node throws(ValueProblem) in node.isNull ? nil : try wrapped.read(node) },
            write: { $0.map(wrapped.write) ?? "" },
            schema: .object([("anyOf", .array([.object([("type", .text("null"))]), schema]))])
        )
    }
}

extension ValueCodec where Value == Bool {
    /// `true` or `false`.
    static var boolean: Self {
        ValueCodec(
            expectation: "true or false",
            summary: "true or false",
            read: { node throws(ValueProblem) in
                switch node.unquoted {
                case "true": return true
                case "false": return false
                default: throw ValueProblem(node, expected: "true or false")
                }
            },
            write: { $0 ? "true" : "false" },
            schema: .object([("type", .text("boolean"))])
        )
    }
}

extension ValueCodec where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enumeration.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        let list = words.count == 1 ? words[0] : words.dropLast().joined(separator: ", ") + " or \(words.last ?? "")"
        return ValueCodec(
            expectation: list,
            summary: list,
            read: { node throws(ValueProblem) in
                if let word = node.scalar, let value = Value(rawValue: word) { return value }
                let meant = node.scalar.flatMap { nearest($0, among: words) }
                throw ValueProblem(node, expected: list, mend: meant.map { "Did you mean `\($0)`?" })
            },
            write: { $0.rawValue },
            schema: .object([("enum", .array(words.map { .text($0) }))])
        )
    }
}
