/// Which members of a JSON record go with its assignment, beside the text that is clustered.
public struct ContextOptions: Sendable, Equatable {
    /// Paths of the members that are kept; nil keeps all but the text, an empty list none.
    public var members: [[String]]?
    /// The path of the name of what wrote the record, such as a service; empty: a record's source is its topic.
    public var source: [String]
    /// Bytes of JSON that are kept of one record; members that do not fit any more are left out.
    public var limit: Int

    /// All members, up to 4 KiB a record, and topics as sources.
    public init(members: [[String]]? = nil, source: [String] = [], limit: Int = 4096) {
        self.members = members
        self.source = source
        self.limit = limit
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
        json = Self.encoded(members, limit: options.limit)
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

    private static func encoded(_ members: [String: JSONValue], limit: Int) -> [UInt8]? {
        var writer = JSONObjectWriter(capacity: 256)
        writer.open()
        var isFirst = true
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let before = writer
            writer.key(named: name, isFirst: isFirst)
            writer.write(value)
            // One byte more closes the object.
            if writer.bytes.count < limit { isFirst = false } else { writer = before }
        }
        writer.close()
        return isFirst ? nil : writer.bytes
    }
}

extension JSONValue {
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
