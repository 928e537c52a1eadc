/// An error that a ``SimulatedLog`` answers a call with, so that every branch of an error table can be walked.
public struct SimulatedFault: Sendable, Equatable {
    /// The calls that can be made to fail.
    public enum Call: String, Sendable, CaseIterable {
        /// ``RecordProducer/initializeTransactions()``.
        case initializeTransactions
        /// ``RecordProducer/begin()``.
        case begin
        /// ``RecordProducer/send(_:)``.
        case send
        /// ``RecordProducer/sendOffsets(_:of:)``.
        case sendOffsets
        /// ``RecordProducer/commit()``.
        case commit
        /// ``RecordProducer/abort()``.
        case abort
        /// ``RecordProducer/flush()``.
        case flush
        /// ``RecordConsumer/subscribe(to:listener:)``.
        case subscribe
        /// ``RecordConsumer/poll(maximum:maximumBytes:timeout:)``.
        case poll
        /// ``RecordConsumer/seek(to:)``.
        case seek
        /// ``RecordConsumer/commit(_:)``.
        case commitOffsets
        /// ``RecordLog/readAll(topic:_:)``.
        case readAll
    }

    /// Whether the call took effect before it failed. `after` is the indefinite outcome: the caller sees an error,
    /// the log has done what was asked.
    public enum Moment: Sendable, Equatable {
        /// The call fails and nothing was done.
        case before
        /// The call fails although it was carried out.
        case after
    }

    /// The call that fails.
    public var call: Call
    /// What is thrown.
    public var error: StreamError
    /// Whether the call took effect first.
    public var moment: Moment
    /// How many such calls pass before the first one fails.
    public var skipping: Int
    /// How many such calls fail.
    public var count: Int

    /// Memberwise.
    public init(
        _ call: Call,
        _ error: StreamError,
        moment: Moment = .before,
        skipping: Int = 0,
        count: Int = 1
    ) {
        self.call = call
        self.error = error
        self.moment = moment
        self.skipping = skipping
        self.count = count
    }

    /// Whether two faults are the same plan; errors are compared by class, code and message.
    public static func == (left: SimulatedFault, right: SimulatedFault) -> Bool {
        left.call == right.call && left.moment == right.moment && left.skipping == right.skipping
            && left.count == right.count && left.error.description == right.error.description
    }
}

/// The faults that are still to come, in the order in which they were injected.
struct SimulatedFaultScript: Sendable {
    private var plan: [SimulatedFault] = []

    mutating func add(_ fault: SimulatedFault) { plan.append(fault) }

    mutating func clear() { plan.removeAll() }

    /// Counts one call and returns the fault that meets it, if any. The first fault of that call decides alone, so
    /// that several of them happen one after the other.
    mutating func next(for call: SimulatedFault.Call) -> SimulatedFault? {
        guard let index = plan.firstIndex(where: { $0.call == call }) else { return nil }
        if plan[index].skipping > 0 {
            plan[index].skipping -= 1
            return nil
        }
        let fault = plan[index]
        plan[index].count -= 1
        if plan[index].count <= 0 { plan.remove(at: index) }
        return fault
    }
}
