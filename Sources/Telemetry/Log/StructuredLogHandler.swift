public import Logging

/// The log handler behind every logger of the daemon.
public struct StructuredLogHandler: LogHandler {
    private let label: String
    private let output: LogOutput
    private var ownLevel: Logger.Level?

    /// Metadata that every line of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// Metadata that depends on the task.
    public var metadataProvider: Logger.MetadataProvider?

    /// A handler that writes to `output`.
    public init(label: String, output: LogOutput) {
        self.label = label
        self.output = output
    }

    /// The logger's own level, or the output's, which may change while running.
    public var logLevel: Logger.Level {
        get { ownLevel ?? output.level }
        set { ownLevel = newValue }
    }

    /// One key of the metadata.
    public subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line; what the call says goes before the logger's metadata, and that before the task's.
    public func log(event: LogEvent) {
        var merged = metadataProvider?.get() ?? [:]
        merged.merge(metadata) { $1 }
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error { merged["error"] = .string("\(error)") }
        output.write(
            event.level,
            event.message.description,
            merged,
            label: label,
            file: event.file,
            line: event.line
        )
    }
}
