/// What is kept by key of one input partition: entities, or sessions that are still open.
///
/// What is in it depends on the partition's records in their order alone, so that whoever restores it goes on as if there
/// had been no interruption; and it goes back as a whole to where the last commit left it. A value; the publisher owns it.
protocol PartitionTable: Sendable {
    /// What it is kept for.
    associatedtype Options: PartitionTableOptions
    typealias Key = [UInt8]

    /// An empty table.
    init(_ options: Options)

    /// A table of entries that were stored.
    ///
    /// - Parameters:
    ///   - entries: bytes by key, as ``changes`` gave them.
    ///   - covered: the input offset that they stand for.
    ///   - start: where reading goes on.
    /// - Returns: nil for bytes that cannot be read.
    init?(_ options: Options, entries: [Key: [UInt8]], covered: Int64?, start: Int64?)

    /// What it is kept for.
    var options: Options { get }
    /// How many keys it has.
    var count: Int { get }
    /// The input offset that the committed entries stand for; nil while nothing was committed.
    var covered: Int64? { get }
    /// The entries that changed since the last commit; nil where they are gone.
    var entries: [(key: Key, value: [UInt8]?)] { get }

    /// What changed is what a rollback returns to from now on.
    mutating func commit(covered offset: Int64?)
    /// Back to the last commit.
    mutating func rollBack()
    /// The log went back: offsets say nothing any more about what was taken in.
    mutating func forgetOffsets()
}

/// What a table is kept for.
protocol PartitionTableOptions: Sendable {
    /// Tells entries that were kept for something else.
    var fingerprint: UInt64 { get }
    /// What the keys are, and the section of the configuration that says what is kept: for error messages.
    static var names: (keys: String, section: String) { get }
}
