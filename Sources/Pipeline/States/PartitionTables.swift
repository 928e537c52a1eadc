import Streams

/// What this instance keeps by key, a table for each partition.
///
/// Without a store (files, standard input) partitions mean nothing: there is one table for all.
struct PartitionTables<Table: PartitionTable>: Sendable {
    let options: Table.Options
    let isShared: Bool
    private(set) var tables: [TopicPartition: Table] = [:]

    /// Nothing yet; `isShared` puts the keys of all partitions into one table.
    init(_ options: Table.Options, isShared: Bool) {
        self.options = options
        self.isShared = isShared
    }

    /// How many keys are kept.
    var count: Int { tables.values.reduce(0) { $0 + $1.count } }

    private static var everywhere: TopicPartition { TopicPartition(topic: "", partition: 0) }
    private func home(_ source: TopicPartition) -> TopicPartition { isShared ? Self.everywhere : source }

    /// Works on the table of a partition, which is made where there is none.
    mutating func change<Result>(
        _ source: TopicPartition,
        _ body: (inout Table) throws -> Result
    ) rethrows -> Result {
        let (home, options) = (home(source), options)
        return try body(&tables[home, default: Table(options)])
    }

    /// A record's table.
    subscript(_ source: TopicPartition) -> Table? { tables[home(source)] }

    /// The one table of all partitions; nil where each has its own.
    var shared: Table? { isShared ? tables[Self.everywhere] ?? Table(options) : nil }

    /// Puts a partition's table in place of what was there.
    mutating func install(_ table: Table, for source: TopicPartition? = nil) {
        tables[source.map(home) ?? Self.everywhere] = table
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

/// The states of all entities.
typealias EntityTables = PartitionTables<EntityTable>
