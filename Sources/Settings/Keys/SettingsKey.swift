/// One key of the configuration: all that decoding, the schema and the sample file need to know of it.
public struct SettingsKey: Sendable {
    /// The key with its section, such as `kafka.session_timeout`.
    public let path: String
    /// The type, with unit and range, in the manual's short form.
    public let type: String
    /// The default as it is written in the file; empty where there is none.
    public let defaultText: String
    /// One or two sentences for the manual.
    public let documentation: String
    /// Whether the daemon needs it.
    public let isRequired: Bool

    let expectation: String
    let schema: SchemaValue
    let read: @Sendable (ConfigurationNode, inout Settings) throws(ValueProblem) -> Void

    /// Binds a key to the property that it sets; the default is that property's own.
    init<Value>(
        _ path: String,
        _ codec: ValueCodec<Value>,
        _ property: any WritableKeyPath<Settings, Value> & Sendable,
        isRequired: Bool = false,
        _ documentation: String
    ) {
        self.path = path
        self.documentation = documentation
        self.isRequired = isRequired
        type = codec.summary
        expectation = codec.expectation
        defaultText = codec.write(Settings()[keyPath: property])
        schema = codec.schema
        read = { node, settings throws(ValueProblem) in settings[keyPath: property] = try codec.read(node) }
    }

    /// The section's name, or nil for a key at the top.
    public var section: String? {
        path.contains(".") ? path.split(separator: ".").first.map(String.init) : nil
    }

    /// The key's name within its section.
    public var name: String { path.split(separator: ".").last.map(String.init) ?? path }
}
