import Embedding

/// Finds the message of a JSON log record where no field was named.
///
/// These are the names under which loggers and collectors write it: Elastic's schema, Logstash, Log4j and most others;
/// zap, pino, bunyan and slog; Docker; journald; OpenTelemetry; Serilog; Graylog; Google's agents.
enum MessageField {
    static let paths = [
        ["message"], ["msg"], ["log"], ["MESSAGE"], ["body"], ["@m"], ["@mt"], ["RenderedMessage"], ["short_message"],
        ["textPayload"], ["jsonPayload", "message"], ["event", "message"], ["text"],
    ]

    /// The path of the first of them that holds text.
    static func path(in document: JSONValue) throws(InputRejection) -> [String] {
        guard case .object = document else {
            throw InputRejection(.wrongType, "the value is \(document.typeName); an object with a message is expected")
        }
        for path in paths {
            if case .string = document.value(at: path) { return path }
        }
        let names = paths.prefix(4).map { $0.joined(separator: ".") }.joined(separator: ", ")
        throw InputRejection(
            .missingField,
            "there is no message under any usual name (\(names), ...); name its field in space.field"
        )
    }
}
