/// The states of entities between two runs without Kafka, for a snapshot file.
public struct EntitySnapshot: Sendable, Equatable {
    /// Entries as they are stored: a name and bytes that only this room reads. The first one tells what the states were
    /// kept for.
    public var entries: [Entry]

    /// One entry.
    public struct Entry: Sendable, Equatable {
        /// `entity`, or `entity/` and the entity's name.
        public var key: [UInt8]
        /// The stored bytes.
        public var value: [UInt8]

        /// Memberwise.
        public init(key: [UInt8], value: [UInt8]) {
            self.key = key
            self.value = value
        }
    }

    /// Takes those entries of a file that belong to entities.
    public init(entries: [Entry]) { self.entries = entries.filter { Self.isEntity($0.key) } }

    /// Whether an entry of that name belongs to entities.
    public static func isEntity(_ key: [UInt8]) -> Bool { key == name || key.starts(with: prefix) }

    private static let name = Array("entity".utf8)
    private static let prefix = Array("entity/".utf8)

    /// What a table holds.
    init(_ table: EntityTable) {
        entries = [Entry(key: Self.name, value: Array(String(table.options.fingerprint).utf8))]
        entries += table.states.sorted { $0.value.turn < $1.value.turn }
            .map { Entry(key: Self.prefix + $0.key, value: $0.value.bytes) }
    }

    /// The table that it holds.
    ///
    /// - Throws: ``PipelineFailure`` for states of other aggregates.
    func table(_ options: EntityOptions) throws -> EntityTable {
        guard !entries.isEmpty else { return EntityTable(options) }
        let mark = entries.first { $0.key == Self.name }?.value
        guard mark == Array(String(options.fingerprint).utf8) else { throw Self.mismatch }
        var states: [[UInt8]: EntityState] = [:]
        for entry in entries where entry.key != Self.name {
            guard let state = EntityState(bytes: entry.value, options) else { throw Self.mismatch }
            states[Array(entry.key.dropFirst(Self.prefix.count))] = state
        }
        return EntityTable(options, states: states, covered: nil, start: nil)
    }

    private static let mismatch = PipelineFailure.model(
        "the snapshot's entities were kept for other aggregates than those configured. Restore entity.aggregates, or "
            + "begin with another snapshot"
    )
}
