import CRdKafka
import Dispatch
import Foundation
import Streams
import Synchronization

/// A Kafka producer: transactional where it has an id, idempotent otherwise. All calls belong to one thread.
final class KafkaProducer: RecordProducer, @unchecked Sendable {
    // Sendable: what varies belongs to the one thread that owns the producer (the contract of RecordProducer); the rest
    // is immutable and thread-safe.

    /// One blocking piece of a wait that has to notice a stop.
    private static let slice: Int32 = 500
    /// Between two tries of a retriable call.
    private static let pause = 0.02

    private let client: ClientHandle
    private let transactionalID: String?
    private let startDeadline: Duration
    private let transactionTimeout: Duration
    private let deliveryTimeout: Duration
    private let interruption: Interruption

    private var isOpen = false
    private var sent = 0

    init(
        options: KafkaOptions,
        transactionalID: String?,
        sink: any KafkaEventSink,
        queue: DispatchQueue,
        interruption: Interruption
    ) throws(StreamError) {
        self.transactionalID = transactionalID
        self.interruption = interruption
        startDeadline = options.startDeadline
        let configuration = try options.configuration(for: .producer(transactionalID: transactionalID))
        transactionTimeout = configuration.duration(of: "transaction.timeout.ms") ?? options.transactionTimeout
        let delivery = configuration.duration(of: "message.timeout.ms") ?? .seconds(300)
        deliveryTimeout = delivery == .zero ? .seconds(300) : delivery
        let name = transactionalID.map { "producer \($0)" } ?? "producer"
        client = try ClientHandle(
            RD_KAFKA_PRODUCER,
            configuration,
            context: ClientContext(name: name, sink: sink, queue: queue),
            closeDeadline: options.closeDeadline
        )
    }

    // MARK: Transactions

    func initializeTransactions() throws(StreamError) {
        guard let transactionalID else {
            throw StreamError(
                .fatal,
                code: "_NOT_CONFIGURED",
                "a producer without a transactional id has none to register"
            )
        }
        let doing = "cannot register the transactional id \(transactionalID)"
        let deadline = ContinuousClock.now + startDeadline
        try client.use { client throws(StreamError) in
            // In slices: the call can be resumed after its timeout, so a stop and the deadline are noticed.
            while let failure = rd_kafka_init_transactions(client, Self.slice) {
                let error = KafkaErrors.take(failure, doing)
                guard error.kind == .retriable || error.kind == .unreachable else { throw error }
                try self.refuseHopelessStart(doing)
                if ContinuousClock.now >= deadline { throw self.unreachable(error, doing) }
                rd_kafka_poll(client, 0)
            }
            self.client.context.clearProblem()
        }
    }

    func begin() throws(StreamError) {
        try client.use { client throws(StreamError) in
            if let failure = rd_kafka_begin_transaction(client) {
                throw KafkaErrors.take(failure, "cannot begin a transaction")
            }
            self.isOpen = true
        }
    }

    func sendOffsets(_ offsets: Offsets, of consumer: any RecordConsumer) throws(StreamError) {
        guard !offsets.isEmpty else { return }
        guard let consumer = consumer as? KafkaConsumer else {
            throw StreamError(.fatal, code: "_INVALID_ARG", "the consumer is not a member of a Kafka group")
        }
        let list = PartitionListHandle(offsets)
        try client.use { client throws(StreamError) in
            try consumer.withGroupMetadata { metadata throws(StreamError) in
                try self.persist("cannot add the offsets to the transaction", client) {
                    rd_kafka_send_offsets_to_transaction(client, list.pointer, metadata, -1)
                }
            }
        }
    }

    func commit() throws(StreamError) {
        try client.use { client throws(StreamError) in
            // Always without a timeout: another value can part librdkafka's state from the coordinator's.
            try self.persist("cannot commit the transaction", client) { rd_kafka_commit_transaction(client, -1) }
            self.isOpen = false
        }
        _ = client.context.takeFailures()
    }

    func abort() throws(StreamError) {
        try client.use { client throws(StreamError) in
            try self.persist("cannot abort the transaction", client) { rd_kafka_abort_transaction(client, -1) }
            self.isOpen = false
        }
        _ = client.context.takeFailures()
    }

    /// Makes the same call again while it is retriable. One that does not end within two transaction timeouts has an
    /// unknown outcome: only a new producer, whose initialisation settles it, may go on.
    private func persist(
        _ doing: String,
        _ client: OpaquePointer,
        _ call: () -> OpaquePointer?
    ) throws(StreamError) {
        let deadline = ContinuousClock.now + transactionTimeout * 2
        while let failure = call() {
            var error = KafkaErrors.take(failure, doing)
            if error.kind == .abortable && error.code == "_INCONSISTENT" {
                // The end of the transaction was asked for and no answer came. An abort now could meet the wrong
                // transaction; the initialisation of a new producer settles what became of this one.
                error.kind = .fatal
            }
            guard error.kind == .retriable, !self.client.isClosing else { throw error }
            guard ContinuousClock.now < deadline else {
                error.kind = .fatal
                error.message += "; given up, the outcome is unknown"
                throw error
            }
            rd_kafka_poll(client, 0)
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }

    // MARK: Records

    func send(_ record: OutgoingRecord) throws(StreamError) {
        let deadline = ContinuousClock.now + (transactionalID == nil ? deliveryTimeout : transactionTimeout)
        try client.use { client throws(StreamError) in
            while true {
                let (code, detail) = RecordSender.send(record, to: client)
                if code == RD_KAFKA_RESP_ERR_NO_ERROR { break }
                guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL, ContinuousClock.now < deadline else {
                    throw self.refusal(of: record, code, detail, client)
                }
                // Serving delivery reports is what makes room.
                rd_kafka_poll(client, 100)
            }
            self.sent += 1
            if self.sent % 1024 == 0 { rd_kafka_poll(client, 0) }
        }
    }

    private func refusal(
        of record: OutgoingRecord,
        _ code: rd_kafka_resp_err_t,
        _ detail: String?,
        _ client: OpaquePointer
    ) -> StreamError {
        let doing = "cannot write to \(record.topic)"
        if let fatal = KafkaErrors.fatal(of: client, doing) { return fatal }
        var error = KafkaErrors.make(code, doing, detail: detail)
        if code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE {
            let size = (record.key?.count ?? 0) + (record.value?.count ?? 0)
            error.message += "; the record has \(size) bytes, the property message.max.bytes sets the limit"
        }
        // A transaction that has failed takes no more records; librdkafka says only that the state is wrong.
        if isOpen && (code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            error.kind = .abortable
            if let failure = self.client.context.takeFailures() { error.message += "; \(failure.first.message)" }
        }
        return error
    }

    func flush() throws(StreamError) {
        let deadline = ContinuousClock.now + deliveryTimeout
        try client.use { client throws(StreamError) in
            while rd_kafka_flush(client, Self.slice) == RD_KAFKA_RESP_ERR__TIMED_OUT {
                if let fatal = KafkaErrors.fatal(of: client, "cannot deliver") { throw fatal }
                if ContinuousClock.now >= deadline {
                    throw KafkaErrors.make(
                        RD_KAFKA_RESP_ERR__TIMED_OUT,
                        "\(rd_kafka_outq_len(client)) records are not delivered"
                    )
                }
            }
        }
        // In a transaction the commit reports it, with the right class.
        guard transactionalID == nil, let failure = client.context.takeFailures() else { return }
        throw StreamError(
            failure.first.kind == .retriable ? .fatal : failure.first.kind,
            code: failure.first.code,
            "\(failure.count) records were not delivered; the first: \(failure.first.message)"
        )
    }

    func close() {
        // Plain records get a short last chance; those of an open transaction are nobody's.
        try? client.use { client throws(StreamError) in
            if self.transactionalID == nil { rd_kafka_flush(client, 2000) }
            rd_kafka_purge(
                client,
                RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING
            )
            rd_kafka_poll(client, 0)
        }
        if !client.destroy() { client.context.reportLate() }
    }

    // MARK: The first contact

    /// Ends a wait that cannot succeed: refused credentials, or a stop.
    private func refuseHopelessStart(_ doing: String) throws(StreamError) {
        if interruption.isRequested { throw StreamError(.retriable, code: "_INTR", "\(doing): interrupted") }
        if let problem = client.context.problem, problem.kind == .unauthorised { throw problem }
    }

    private func unreachable(_ error: StreamError, _ doing: String) -> StreamError {
        let reason = client.context.problem.map { ": \($0.message)" } ?? ""
        return StreamError(
            .unreachable,
            code: error.code,
            "\(doing): no answer from Kafka within \(startDeadline.components.seconds) s\(reason)"
        )
    }
}

/// Lets another thread end the waits of a start.
final class Interruption: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .acquiring) }

    func request() { flag.store(true, ordering: .releasing) }
}
