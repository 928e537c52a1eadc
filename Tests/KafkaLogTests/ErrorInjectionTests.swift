import Foundation
import KafkaLog
import Streams
import TestSupport
import Testing

@Suite("Every error of the transactional loop gets its class", .ownThread)
struct ErrorInjectionTests {
    /// One row of the table: which request fails how, and what the caller must see.
    struct Row: Sendable, CustomStringConvertible {
        var request: EmbeddedBroker.Request
        var errors: [String]
        /// nil: retried inside, nothing is seen.
        var expected: StreamError.Class?

        init(_ request: EmbeddedBroker.Request, _ errors: [String], _ expected: StreamError.Class?) {
            self.request = request
            self.errors = errors
            self.expected = expected
        }

        var description: String { "\(request) \(errors.joined(separator: ","))" }
    }

    static let initialisation = [
        Row(.initProducerID, ["NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS"], nil),
        Row(.initProducerID, ["CONCURRENT_TRANSACTIONS"], nil),
        Row(.initProducerID, ["_TRANSPORT"], nil),
        Row(.findCoordinator, ["COORDINATOR_NOT_AVAILABLE"], nil),
        Row(.initProducerID, ["TRANSACTIONAL_ID_AUTHORIZATION_FAILED"], .unauthorised),
        Row(.initProducerID, ["CLUSTER_AUTHORIZATION_FAILED"], .unauthorised),
        Row(.initProducerID, ["INVALID_TRANSACTION_TIMEOUT"], .misconfigured),
    ]

    static let ending = [
        Row(.endTransaction, ["COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR"], nil),
        Row(.endTransaction, ["COORDINATOR_LOAD_IN_PROGRESS"], nil),
        Row(.endTransaction, ["_TRANSPORT"], nil),
        Row(.endTransaction, ["PRODUCER_FENCED"], .fenced),
        Row(.endTransaction, ["INVALID_PRODUCER_EPOCH"], .fenced),
        Row(.endTransaction, ["TRANSACTIONAL_ID_AUTHORIZATION_FAILED"], .unauthorised),
        Row(.endTransaction, ["INVALID_TXN_STATE"], .fatal),
        Row(.addPartitions, ["COORDINATOR_NOT_AVAILABLE"], nil),
        Row(.addPartitions, ["CONCURRENT_TRANSACTIONS"], nil),
        Row(.addPartitions, ["TOPIC_AUTHORIZATION_FAILED"], .unauthorised),
        Row(.addPartitions, ["PRODUCER_FENCED"], .fenced),
        Row(.produce, ["NOT_LEADER_FOR_PARTITION"], nil),
        Row(.produce, ["_TRANSPORT"], nil),
        Row(.produce, ["MSG_SIZE_TOO_LARGE"], .misconfigured),
        Row(.produce, ["INVALID_MSG"], .abortable),
    ]

    static let offsets = [
        Row(.addOffsets, ["COORDINATOR_LOAD_IN_PROGRESS"], nil),
        Row(.addOffsets, ["GROUP_AUTHORIZATION_FAILED"], .unauthorised),
        Row(.addOffsets, ["PRODUCER_FENCED"], .fenced),
        Row(.transactionOffsetCommit, ["NOT_COORDINATOR"], nil),
        Row(.transactionOffsetCommit, ["ILLEGAL_GENERATION"], .abortable),
        Row(.transactionOffsetCommit, ["UNKNOWN_MEMBER_ID"], .abortable),
        Row(.transactionOffsetCommit, ["FENCED_INSTANCE_ID"], .fenced),
        Row(.transactionOffsetCommit, ["TOPIC_AUTHORIZATION_FAILED"], .unauthorised),
    ]

    private let broker: EmbeddedBroker
    private let log: KafkaRecordLog

    init() throws {
        broker = try EmbeddedBroker()
        try broker.createTopic("t", partitions: 1)
        log = try KafkaRecordLog(options: .embedded(broker))
    }

    private func expect(_ row: Row, _ body: () throws -> Void) throws {
        if let expected = row.expected {
            let error = #expect(throws: StreamError.self) { try body() }
            #expect(error?.kind == expected, "\(row): \(error?.description ?? "nothing")")
        } else {
            try body()
        }
    }

    @Test("while the transactional id is registered", arguments: initialisation)
    func initialising(_ row: Row) throws {
        let producer = try log.makeProducer(transactionalID: "tx")
        defer { producer.close() }
        try broker.failNext(row.request, row.errors)
        try expect(row) { try producer.initializeTransactions() }
    }

    @Test("while records are written and the transaction is committed", arguments: ending)
    func committing(_ row: Row) throws {
        let producer = try log.makeProducer(transactionalID: "tx")
        defer { producer.close() }
        try producer.initializeTransactions()
        try broker.failNext(row.request, row.errors)
        try producer.begin()
        try expect(row) {
            try producer.send(OutgoingRecord(topic: "t", value: [1]))
            try producer.commit()
        }
        // The mock goes on counting the sequence of the failed batch, so no record after the abort is asked for.
        if row.expected == .abortable {
            try producer.abort()
            try producer.begin()
            try producer.abort()
        }
    }

    @Test("while offsets are sent, and an abort mends what is abortable", arguments: offsets)
    func sendingOffsets(_ row: Row) throws {
        let producer = try log.makeProducer(transactionalID: "tx")
        defer { producer.close() }
        try producer.initializeTransactions()
        // A consumer that has not joined: the mock does not look at the membership, and joining takes three seconds.
        let consumer = try log.makeConsumer(group: "g")
        defer { consumer.close() }
        let offsets: Offsets = [TopicPartition(topic: "t", partition: 0): 1]
        try producer.begin()
        try broker.failNext(row.request, row.errors)
        try expect(row) { try producer.sendOffsets(offsets, of: consumer) }
        if row.expected == .abortable {
            try producer.abort()
            try producer.begin()
            try producer.sendOffsets(offsets, of: consumer)
        }
        if row.expected == nil || row.expected == .abortable { try producer.commit() }
    }

    @Test("A failed delivery without transactions is what flush throws, once")
    func plainDelivery() throws {
        let producer = try log.makeProducer(transactionalID: nil)
        defer { producer.close() }
        try broker.failNext(.produce, ["TOPIC_AUTHORIZATION_FAILED"])
        try producer.send(OutgoingRecord(topic: "t", value: [1]))
        let error = #expect(throws: StreamError.self) { try producer.flush() }
        #expect(error?.kind == .unauthorised)
        #expect(error?.message.contains("1 records were not delivered") == true)
        try producer.flush()
    }

    @Test("An oversize record is refused by name and size, and the transaction goes on")
    func oversize() throws {
        let producer = try log.makeProducer(transactionalID: "tx")
        defer { producer.close() }
        try producer.initializeTransactions()
        try producer.begin()
        let error = #expect(throws: StreamError.self) {
            try producer.send(OutgoingRecord(topic: "t", value: [UInt8](repeating: 0, count: 2_000_000)))
        }
        #expect(error?.code == "MSG_SIZE_TOO_LARGE" && error?.kind == .misconfigured)
        #expect(error?.message.contains("2000000") == true)
        try producer.send(OutgoingRecord(topic: "t", value: [1]))
        try producer.commit()
    }

    @Test("Names of errors that do not exist are refused")
    func unknownName() {
        #expect(throws: StreamError.self) { try broker.failNext(.produce, ["NO_SUCH_ERROR"]) }
    }
}
