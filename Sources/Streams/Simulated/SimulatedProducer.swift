import Synchronization

/// A producer of a ``SimulatedLog``. Records wait in it until a batch is full or something flushes.
public final class SimulatedProducer: RecordProducer {
    private enum Phase {
        case created
        case ready
        case open
        /// Only an abort helps.
        case failed(StreamError)
        /// Nothing helps; also after `close` and `kill`.
        case dead(StreamError)
    }

    private struct State {
        var phase = Phase.created
        var identity: SimulatedIdentity?
        var pending: [OutgoingRecord] = []
        /// Whether the broker has heard of the current transaction.
        var isRegistered = false
    }

    /// Retries of one call before the outcome is given up as unknown.
    private static let attempts = 100

    private let log: SimulatedLog
    private let transactionalID: String?
    private let state = Mutex(State())

    init(log: SimulatedLog, transactionalID: String?) {
        self.log = log
        self.transactionalID = transactionalID
    }

    /// Fences earlier producers of this transactional id and aborts what they left open.
    public func initializeTransactions() throws(StreamError) {
        try perform(.initializeTransactions) { state, cluster throws(StreamError) in
            guard let id = self.transactionalID, case .created = state.phase else { throw Self.misuse("initialise") }
            state.identity = cluster.initialize(id)
            state.phase = .ready
        }
    }

    /// Begins a transaction; the broker hears of it with the first record or offset.
    public func begin() throws(StreamError) {
        try perform(.begin) { state, _ throws(StreamError) in
            guard case .ready = state.phase, state.identity != nil else { throw Self.misuse("begin a transaction") }
            state.phase = .open
            state.isRegistered = false
        }
    }

    /// Buffers a record and delivers the batch once it is full.
    public func send(_ record: OutgoingRecord) throws(StreamError) {
        try perform(.send) { state, cluster throws(StreamError) in
            switch (self.transactionalID, state.phase) {
            case (nil, .created), (_?, .open): break
            case (_, .failed(let error)): throw error
            default: throw Self.misuse("send")
            }
            let size = (record.key?.count ?? 0) + (record.value?.count ?? 0)
            guard size <= cluster.options.maximumRecordBytes else {
                throw StreamError(
                    .misconfigured,
                    code: "MSG_SIZE_TOO_LARGE",
                    "a record of \(size) bytes for \(record.topic) exceeds the limit of "
                        + "\(cluster.options.maximumRecordBytes) bytes"
                )
            }
            state.pending.append(record)
            if state.pending.count >= cluster.options.producerBatch { try Self.deliver(&state, &cluster) }
        }
    }

    /// Sends offsets on behalf of the consumer's current membership; a stale one is an abortable error.
    public func sendOffsets(_ offsets: Offsets, of consumer: any RecordConsumer) throws(StreamError) {
        guard let membership = (consumer as? SimulatedConsumer)?.membership else {
            throw StreamError(.fatal, code: "_INVALID_ARG", "the consumer is not a member of this log's groups")
        }
        try perform(.sendOffsets) { state, cluster throws(StreamError) in
            let identity = try Self.openIdentity(state, "send offsets")
            state.isRegistered = true
            try cluster.add(offsets, of: membership, by: identity)
        }
    }

    /// Delivers what is buffered and commits.
    public func commit() throws(StreamError) {
        try perform(.commit) { state, cluster throws(StreamError) in
            let identity = try Self.openIdentity(state, "commit")
            try Self.deliver(&state, &cluster)
            if state.isRegistered { try cluster.end(identity, committing: true) }
        } acknowledged: { state in
            state.phase = .ready
            state.isRegistered = false
        }
    }

    /// Drops what is buffered and aborts.
    public func abort() throws(StreamError) {
        try perform(.abort) { state, cluster throws(StreamError) in
            switch state.phase {
            case .open, .failed: break
            default: throw Self.misuse("abort")
            }
            state.pending.removeAll()
            if let identity = state.identity, state.isRegistered { try cluster.end(identity, committing: false) }
        } acknowledged: { state in
            state.phase = .ready
            state.isRegistered = false
        }
    }

    /// Delivers what is buffered.
    public func flush() throws(StreamError) {
        try perform(.flush) { state, cluster throws(StreamError) in try Self.deliver(&state, &cluster) }
    }

    /// Releases the producer. Plain records still buffered are delivered; an open transaction is left to its
    /// timeout or to the next holder of the id, as a Kafka client does.
    public func close() {
        if transactionalID == nil { try? flush() }
        kill()
    }

    /// Ends the producer as SIGKILL would: what is buffered is gone, what is open stays open.
    public func kill() {
        state.withLock { state in
            state.phase = .dead(StreamError(.fatal, code: "_DESTROY", "the producer is closed"))
            state.pending.removeAll()
        }
    }

    // MARK: Inside

    private typealias Effect = (inout State, inout SimulatedCluster) throws(StreamError) -> Void

    /// Runs one call with the faults that meet it; retriable ones are retried here, as the contract asks. What took
    /// effect before its answer was lost is not done twice: sequence numbers see to that in Kafka.
    private func perform(
        _ call: SimulatedFault.Call,
        _ effect: Effect,
        acknowledged: (inout State) -> Void = { _ in }
    ) throws(StreamError) {
        var isDone = false
        for _ in 0..<Self.attempts {
            do throws(StreamError) {
                try once(call, isDone: &isDone, effect, acknowledged)
                return
            } catch  where error.kind == .retriable {
                continue
            }
        }
        let error = StreamError(.fatal, code: "_TIMED_OUT", "\(call.rawValue) was given up, its outcome is unknown")
        state.withLock { $0.phase = .dead(error) }
        throw error
    }

    private func once(
        _ call: SimulatedFault.Call,
        isDone: inout Bool,
        _ effect: Effect,
        _ acknowledged: (inout State) -> Void
    ) throws(StreamError) {
        var done = isDone
        defer { isDone = done }
        try log.attempt { cluster throws(StreamError) in
            try self.state.withLock { state throws(StreamError) in
                if case .dead(let error) = state.phase { throw error }
                let fault = cluster.faults.next(for: call)
                do throws(StreamError) {
                    if let fault, fault.moment == .before { throw fault.error }
                    if !done { try effect(&state, &cluster) }
                    done = true
                    if let fault { throw fault.error }
                    acknowledged(&state)
                } catch {
                    Self.note(error, in: &state)
                    throw error
                }
            }
        }
    }

    /// What an error does to the client: abortable ones wait for the abort, fatal ones end it.
    private static func note(_ error: StreamError, in state: inout State) {
        switch error.kind {
        case .retriable, .misconfigured, .unreachable, .unauthorised: break
        case .abortable: if case .open = state.phase { state.phase = .failed(error) }
        case .fatal, .fenced: if error.code != "_STATE" { state.phase = .dead(error) }
        }
    }

    private static func deliver(_ state: inout State, _ cluster: inout SimulatedCluster) throws(StreamError) {
        let batch = state.pending
        state.pending.removeAll()
        for record in batch {
            if let identity = state.identity {
                state.isRegistered = true
                try cluster.append(record, by: identity)
            } else {
                try cluster.append(record)
            }
        }
    }

    private static func openIdentity(_ state: State, _ what: String) throws(StreamError) -> SimulatedIdentity {
        switch state.phase {
        case .open: break
        case .failed(let error): throw error
        default: throw misuse(what)
        }
        guard let identity = state.identity else { throw misuse(what) }
        return identity
    }

    private static func misuse(_ what: String) -> StreamError {
        StreamError(.fatal, code: "_STATE", "a producer in this state cannot \(what)")
    }
}
