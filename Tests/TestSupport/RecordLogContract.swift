import Foundation
public import Streams

/// What every ``RecordLog`` must do, as checks that run against any implementation: the simulation, the embedded
/// broker, a real cluster. A check throws ``Violation`` where the log breaks the contract.
public struct RecordLogContract: Sendable {
    /// What an implementation can show beyond the plain log.
    public struct Abilities: OptionSet, Sendable {
        /// One bit an ability.
        public let rawValue: Int

        /// From bits.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Aborted and open transactions are hidden from readers, and a transaction's offsets count once committed.
        public static let isolation = Abilities(rawValue: 1)
        /// A newer producer of a transactional id fences the older one; stale members are refused.
        public static let fencing = Abilities(rawValue: 2)
        /// Everything.
        public static let all: Abilities = [.isolation, .fencing]
    }

    /// A broken promise.
    public struct Violation: Error, CustomStringConvertible {
        /// What was expected and what came.
        public let description: String
    }

    /// The checks, by what they prove.
    public enum Check: String, CaseIterable, Sendable, CustomStringConvertible {
        case recordsComeBackWhole
        case missingTopicsAreEmpty
        case groupReadsEachRecordOnceInOrder
        case committedOffsetsAreContinued
        case listenerChoosesPositions
        case seekRewindsAndPauseHolds
        case pollRespectsItsBounds
        case endOffsetsAreHeard
        case membersShareThePartitions
        case transactionsCommitAndGoOn
        case abortedRecordsAreInvisible
        case abortedOffsetsAreForgotten
        case newerProducerFencesOlder
        case staleMembersCannotCommit

        /// The check's name.
        public var description: String { rawValue }

        var needs: Abilities {
            switch self {
            case .abortedRecordsAreInvisible, .abortedOffsetsAreForgotten: .isolation
            case .newerProducerFencesOlder, .staleMembersCannotCommit: .fencing
            default: []
            }
        }
    }

    let abilities: Abilities
    let makeLog: @Sendable () throws -> any RecordLog
    let create: @Sendable (any RecordLog, TopicDefinition) throws -> Void
    /// How long a group may take to settle.
    let patience: Duration

    /// - Parameters:
    ///   - makeLog: a client of one and the same cluster, as a process of its own would be.
    ///   - create: how a topic comes to be, where `createMissing` is not it.
    public init(
        abilities: Abilities,
        patience: Duration = .seconds(30),
        create: @escaping @Sendable (any RecordLog, TopicDefinition) throws -> Void = { try $0.createMissing([$1]) },
        makeLog: @escaping @Sendable () throws -> any RecordLog
    ) {
        self.abilities = abilities
        self.patience = patience
        self.create = create
        self.makeLog = makeLog
    }

    /// Whether the implementation can show what a check asks for.
    public func applies(_ check: Check) -> Bool { abilities.isSuperset(of: check.needs) }

    /// Runs one check on topics and groups of its own.
    public func run(_ check: Check) throws {
        guard applies(check) else { return }
        switch check {
        case .recordsComeBackWhole: try recordsComeBackWhole()
        case .missingTopicsAreEmpty: try missingTopicsAreEmpty()
        case .groupReadsEachRecordOnceInOrder: try groupReadsEachRecordOnceInOrder()
        case .committedOffsetsAreContinued: try committedOffsetsAreContinued()
        case .listenerChoosesPositions: try listenerChoosesPositions()
        case .seekRewindsAndPauseHolds: try seekRewindsAndPauseHolds()
        case .pollRespectsItsBounds: try pollRespectsItsBounds()
        case .endOffsetsAreHeard: try endOffsetsAreHeard()
        case .membersShareThePartitions: try membersShareThePartitions()
        case .transactionsCommitAndGoOn: try transactionsCommitAndGoOn()
        case .abortedRecordsAreInvisible: try abortedRecordsAreInvisible()
        case .abortedOffsetsAreForgotten: try abortedOffsetsAreForgotten()
        case .newerProducerFencesOlder: try newerProducerFencesOlder()
        case .staleMembersCannotCommit: try staleMembersCannotCommit()
        }
    }

    // MARK: Tools

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw Violation(description: message()) }
    }

    func unique(_ name: String) -> String { "centroidd-\(name)-\(UUID().uuidString.prefix(8).lowercased())" }

    /// A fresh topic.
    func topic(_ name: String, partitions: Int, on log: any RecordLog, compacted: Bool = false) throws -> String {
        let topic = unique(name)
        try create(log, TopicDefinition(name: topic, partitions: partitions, compacted: compacted))
        return topic
    }

    /// Writes values `0..<count`, the value modulo the partition count choosing the partition.
    func fill(_ topic: String, partitions: Int, count: Int, from first: Int = 0, on log: any RecordLog) throws {
        let producer = try log.makeProducer(transactionalID: nil)
        defer { producer.close() }
        for value in first..<(first + count) { try producer.send(record(value, topic, partitions)) }
        try producer.flush()
    }

    func record(_ value: Int, _ topic: String, _ partitions: Int = 1) -> OutgoingRecord {
        OutgoingRecord(topic: topic, partition: Int32(value % partitions), value: Array(String(value).utf8))
    }

    func number(_ record: Record) -> Int { Int(String(decoding: record.value ?? [], as: UTF8.self)) ?? -1 }

    func numbers(of topic: String, on log: any RecordLog) throws -> [Int] {
        var numbers: [Int] = []
        try log.readAll(topic: topic) { numbers.append(number($0)) }
        return numbers
    }

    /// Polls until `count` records came or patience ends.
    func take(_ count: Int, from consumer: any RecordConsumer) throws -> [Record] {
        var records: [Record] = []
        let deadline = ContinuousClock.now + patience
        while records.count < count, ContinuousClock.now < deadline {
            records += try consumer.poll(maximum: 1000, maximumBytes: 1 << 20, timeout: .milliseconds(50)).records
        }
        return records
    }

    /// Polls all members in turn until a condition holds.
    func poll(_ consumers: [any RecordConsumer], until condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + patience
        while !condition(), ContinuousClock.now < deadline {
            for consumer in consumers {
                _ = try consumer.poll(maximum: 1000, maximumBytes: 1 << 20, timeout: .milliseconds(20))
            }
        }
    }

    func requireOrdered(_ records: [Record]) throws {
        var last: Offsets = [:]
        for record in records {
            try require(
                record.offset > last[record.source] ?? -1,
                "\(record.source): offset \(record.offset) came after \(last[record.source] ?? -1)"
            )
            last[record.source] = record.offset
        }
    }
}

/// A listener that writes down what it heard.
public final class RecordingListener: RebalanceListener {
    /// Partitions now held.
    public private(set) var held: Set<TopicPartition> = []
    /// Committed offsets of the last assignment.
    public private(set) var committed: Offsets = [:]
    /// How often partitions were given.
    public private(set) var assignments = 0
    /// How often partitions were taken.
    public private(set) var revocations = 0
    /// How often they were lost when they were taken.
    public private(set) var losses = 0
    /// What to answer to an assignment.
    public var positions: Offsets = [:]
    /// Called inside `revoked`, before it returns.
    public var onRevoke: (() -> Void)?

    /// Holds nothing yet.
    public init() {}

    /// Writes the assignment down and answers with ``positions``.
    public func assigned(_ partitions: [TopicPartition], committed: Offsets) -> Offsets {
        held.formUnion(partitions)
        self.committed = committed
        assignments += 1
        return positions.filter { partitions.contains($0.key) }
    }

    /// Calls ``onRevoke`` and writes the revocation down.
    public func revoked(_ partitions: [TopicPartition], lost: Bool) {
        onRevoke?()
        held.subtract(partitions)
        revocations += 1
        if lost { losses += 1 }
    }
}
