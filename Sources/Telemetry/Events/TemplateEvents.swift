import Logging

/// A template of lines of logs was born, merged, split or retired.
public struct TemplateChanged: TelemetryEvent {
    /// What happened: born, merged, split or retired.
    public var change: String
    /// The template's id.
    public var template: Int
    /// Its text.
    public var text: String

    /// Memberwise.
    public init(change: String, template: Int, text: String) {
        self.change = change
        self.template = template
        self.text = text
    }

    /// Counts; at debug level, because a new source has many.
    public func emit(to sink: EventSink) {
        sink.metrics.increment(.templateChanges, ["change": change])
        sink.logger.debug(
            "template \(change)",
            metadata: ["template": .stringConvertible(template), "text": "\(text)"]
        )
    }
}

/// How many templates there are.
public struct TemplatesMeasured: TelemetryEvent {
    /// Living templates.
    public var templates: Int

    /// Memberwise.
    public init(templates: Int) {
        self.templates = templates
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.templates, to: Double(templates))
    }
}
