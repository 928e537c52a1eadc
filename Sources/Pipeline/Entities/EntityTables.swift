import Streams

/// The states of all entities that this instance looks after, a table for each partition.
///
/// Without a store (files, standard input) partitions mean nothing: there is one table for all.
struct EntityTables: Sendable {
    let options: EntityOptions
    let isShared: Bool
    private(set) var tables: [TopicPartition: EntityTable] = [:]

    /// No entities yet; `isShared` puts those of all partitions into one table.
    init(_ options: EntityOptions, isShared: Bool) {
        self.options = options
        self.isShared = isShared
    }

    /// How many entities are kept.
    var count: Int { tables.values.reduce(0) { $0 + $1.states.count } }

    private static let everywhere = TopicPartition(topic: "", partition: 0)
    private func home(_ source: TopicPartition) -> TopicPartition { isShared ? Self.everywhere : source }

    /// Works on the table of a partition, which is made where there is none.
    mutating func change<Result>(
        _ source: TopicPartition,
        _ body: (inout EntityTable) throws -> Result
    ) rethrows -> Result {
        try body(&tables[home(source), default: EntityTable(options)])
    }

    /// A record's table.
    subscript(_ source: TopicPartition) -> EntityTable? { tables[home(source)] }

    /// The one table of all partitions; nil where each has its own.
    var shared: EntityTable? { isShared ? tables[Self.everywhere] ?? EntityTable(options) : nil }

    /// Puts a partition's table in place of what was there.
    mutating func install(_ table: EntityTable, for source: TopicPartition = everywhere) {
        tables[home(source)] = table
    }

    /// Drops the tables of all other partitions.
    mutating func retain(_ partitions: [TopicPartition]) {
        guard !isShared else { return }
        let kept = Set(partitions)
        tables = tables.filter { kept.contains($0.key) }
    }

    /// Those partitions whose states are not at hand as of these offsets.
    func stale(among partitions: [TopicPartition], at offsets: Offsets) -> [TopicPartition] {
        isShared ? [] : partitions.filter { tables[$0] == nil || tables[$0]?.covered != offsets[$0] }
    }

    /// The transaction that covers the input up to these offsets was committed.
    mutating func commit(_ offsets: Offsets) {
        for partition in tables.keys { tables[partition]?.commit(covered: offsets[partition]) }
    }

    /// Back to the last commit.
    mutating func rollBack() {
        for partition in tables.keys { tables[partition]?.rollBack() }
    }
}
