public import Clustering

/// Which members of a JSON record go with its assignment, beside the text that is clustered.
public struct ContextOptions: Sendable, Equatable {
    /// Paths of the members that are kept; nil keeps all but the text, an empty list none.
    public var members: [[String]]?
    /// The path of the name of what wrote the record, such as a service; empty: a record's source is its topic.
    public var source: [String]
    /// Bytes of JSON that are kept of one record; members that do not fit any more are left out.
    public var limit: Int
    /// What is taken out of the members' values: mail addresses and what the operator's own patterns match.
    public var redaction: Redaction

    /// All members, up to 4 KiB a record, and topics as sources.
    public init(
        members: [[String]]? = nil,
        source: [String] = [],
        limit: Int = 4096,
        redaction: Redaction = .builtIn
    ) {
        self.members = members
        self.source = source
        self.limit = limit
        self.redaction = redaction
    }
}

/// What a record says beside the text that is clustered.
struct RecordContext: Sendable, Equatable {
    /// The members that are kept, as the bytes of a JSON object with sorted keys; nil where there are none.
    var json: [UInt8]?
    /// The name of what wrote the record; nil where it does not say.
    var source: String?

    /// - Parameter text: where the text that is clustered was found.
    init(of document: JSONValue, text: [String], options: ContextOptions) {
        source = Self.name(document.value(at: options.source), path: options.source)
        guard options.members != [] else { return }
        let kept =
            options.members.map { paths in
                paths.reduce(into: JSONValue.object([:])) { kept, path in
                    if let value = document.value(at: path) { kept.set(value, at: path[...]) }
                }
            } ?? document.removing(text[...])
        guard case .object(let members)? = kept, !members.isEmpty else { return }
        json = Self.encoded(members, options)
    }

    /// Names and numbers name a source.
    private static func name(_ value: JSONValue?, path: [String]) -> String? {
        guard !path.isEmpty else { return nil }
        return switch value {
        case .string(let text): text
        case .number(let number): Int64(exactly: number).map(String.init) ?? "\(number)"
        case .large(let number): String(number)
        default: nil
        }
    }

    private static func encoded(_ members: [String: JSONValue], _ options: ContextOptions) -> [UInt8]? {
        var writer = JSONObjectWriter(capacity: 256)
        writer.open()
        var isFirst = true
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let before = writer
            writer.key(named: name, isFirst: isFirst)
            writer.write(value.shown(by: options.redaction, called: name))
            // One byte more closes the object.
            if writer.bytes.count < options.limit { isFirst = false } else { writer = before }
        }
        writer.close()
        return isFirst ? nil : writer.bytes
    }
}

extension JSONValue {
    /// The value without what is redacted, in texts and in numbers; `name` is that of the nearest member around it.
    fileprivate func shown(by redaction: Redaction, called name: String) -> JSONValue {
        switch self {
        case .null, .boolean: return self
        case .string(let text): return .string(redaction.shown(text, called: name))
        case .number(let number):
            let text = Int64(exactly: number).map(String.init) ?? "\(number)"
            let shown = redaction.shown(text, called: name)
            return shown == text ? self : .string(shown)
        case .large(let number):
            let shown = redaction.shown("\(number)", called: name)
            return shown == "\(number)" ? self : .string(shown)
        case .array(let elements): return .array(elements.map { $0.shown(by: redaction, called: name) })
        case .object(let members):
            return .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { ($0.key, $0.value.shown(by: redaction, called: $0.key)) }
                )
            )
        }
    }

    /// Puts a value at a path; objects on the way are made.
    fileprivate mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
        guard let name = path.first else {
            self = value
            return
        }
        var members: [String: JSONValue] = [:]
        if case .object(let present) = self { members = present }
        var inner = members[name] ?? .object([:])
        inner.set(value, at: path.dropFirst())
        members[name] = inner
        self = .object(members)
    }

    /// Without what is at a path, and without the objects that held nothing else; nil where nothing is left.
    fileprivate func removing(_ path: ArraySlice<String>) -> JSONValue? {
        guard let name = path.first else { return nil }
        guard case .object(var members) = self, let inner = members[name] else { return self }
        members[name] = inner.removing(path.dropFirst())
        return members.isEmpty ? nil : .object(members)
    }
}

extension JSONObjectWriter {
    /// Writes any value, the keys of objects sorted.
    fileprivate mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeNull()
        case .boolean(let truth): write(truth)
        case .number(let number): write(number)
        case .large(let number): write(number)
        case .string(let text): write(text)
        case .array(let elements): write(elements) { element, writer in writer.write(element) }
        case .object(let members):
            open()
            for (place, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                key(named: member.key, isFirst: place == 0)
                write(member.value)
            }
            close()
        }
    }
}
