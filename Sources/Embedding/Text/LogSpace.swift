public import Kernels

/// Lines of logs: what is embedded is the template that a line was found to have, by a space of text.
///
/// Templates are mined in the order of the records, by whoever publishes them; lanes embed the words of templates.
public struct LogSpace: Space {
    private let text: any Space

    /// Embeds templates by a space of text.
    public init(text: any Space) { self.text = text }

    /// The text space's.
    public var dimension: Int { text.dimension }
    /// True: records are mined.
    public var isMined: Bool { true }
    /// The text space's.
    public var metric: Metric { text.metric }
    /// The text space's, marked as templates.
    public var identity: String { "log:" + text.identity }

    /// Takes text alone.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        guard case .text(let line) = value else {
            throw InputRejection(.wrongType, "the value is \(value.typeName); a line of a log is expected")
        }
        guard line.contains(where: { !$0.isWhitespace }) else {
            throw InputRejection(.empty, "the line is empty")
        }
        return .text(line)
    }

    /// A lane of the text space.
    public func makeLane() -> any EmbeddingLane { text.makeLane() }
}
