/// Files and standard input as a log: every line is a record.
///
/// The topic is the file's name (without folders) or `stdin`, the partition counts files of the same name from 0,
/// the offset is the line's number from 0; there is no key and no timestamp. Gzip is read transparently. Writers
/// write lines to a descriptor. There is nothing durable: `commit` of offsets is accepted and forgotten.
public final class FileLog: RecordLog {
    /// Where lines come from.
    public enum Input: Sendable, Hashable {
        /// Descriptor 0.
        case standardInput
        /// A path.
        case file(String)
        /// An open descriptor under a name; it is not closed.
        case descriptor(Int32, name: String)

        /// The topic its lines belong to.
        var topic: String {
            switch self {
            case .standardInput: "stdin"
            case .file(let path): path.split(separator: "/").last.map(String.init) ?? path
            case .descriptor(_, let name): name
            }
        }
    }

    /// The header that marks a line cut at the ceiling; its value is the whole line's length in decimal digits.
    public static let truncatedHeader = "line-truncated"

    let inputs: [(source: TopicPartition, input: Input)]
    let lineCeiling: Int
    private let output: Int32
    private let outputTopics: Set<String>?
    let joining: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)?

    /// - Parameters:
    ///   - inputs: read one after the other.
    ///   - output: the descriptor that producers write to; standard output by default.
    ///   - outputTopics: the topics whose records are written; nil writes all.
    ///   - lineCeiling: bytes after which a line is cut.
    ///   - joining: says of a line whether it belongs to the record before it, whose value then has several lines; nil:
    ///     every line is a record of its own. The offset stays that of the record's first line.
    public init(
        inputs: [Input],
        output: Int32 = 1,
        outputTopics: Set<String>? = nil,
        lineCeiling: Int = 16 << 20,
        joining: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)? = nil
    ) {
        self.joining = joining
        var counts: [String: Int32] = [:]
        self.inputs = inputs.map { input in
            let partition = counts[input.topic, default: 0]
            counts[input.topic] = partition + 1
            return (TopicPartition(topic: input.topic, partition: partition), input)
        }
        self.output = output
        self.outputTopics = outputTopics
        self.lineCeiling = lineCeiling
    }

    /// The topics of the inputs, in order and without repetition.
    public var topics: [String] {
        inputs.map(\.source.topic).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// A reader of the lines; the group's name means nothing.
    public func makeConsumer(group: String) throws(StreamError) -> any RecordConsumer {
        FileConsumer(log: self)
    }

    /// A ``LineProducer``.
    public func makeProducer(transactionalID: String?) throws(StreamError) -> any RecordProducer {
        LineProducer(descriptor: output, topics: outputTopics)
    }

    /// Reads the files of that name; a name that is not among the inputs is empty.
    public func readAll(topic: String, _ body: (Record) throws -> Void) throws {
        for (source, input) in inputs where source.topic == topic {
            let reader = try reader(of: input)
            var offset: Int64 = 0
            while case .line(let line) = try reader.next(timeout: nil) {
                try body(Self.record(line, source: source, offset: offset))
                offset += 1
            }
        }
    }

    /// How many inputs have each name.
    public func partitionCounts(of topics: [String]) -> [String: Int] {
        inputs.reduce(into: [:]) { if topics.contains($1.source.topic) { $0[$1.source.topic, default: 0] += 1 } }
    }

    /// Nothing is created: lines of any topic can be written.
    public func createMissing(_ topics: [TopicDefinition]) {}

    func reader(of input: Input) throws(StreamError) -> LineReader {
        let source: ByteSource
        switch input {
        case .standardInput: source = ByteSource(descriptor: 0, name: "standard input")
        case .file(let path): source = try ByteSource(path: path)
        case .descriptor(let descriptor, let name): source = ByteSource(descriptor: descriptor, name: name)
        }
        return LineReader(source, ceiling: lineCeiling)
    }

    static func record(_ line: LineReader.Line, source: TopicPartition, offset: Int64) -> Record {
        let headers = line.fullLength.map { [Header(truncatedHeader, String($0))] } ?? []
        return Record(source: source, offset: offset, value: line.bytes, headers: headers)
    }
}
