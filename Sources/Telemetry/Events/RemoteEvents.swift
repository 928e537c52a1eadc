import Logging

/// An embedding server answered a request, or did not.
public struct RemoteAnswered: TelemetryEvent {
    /// A bounded word: `ok`, `refused`, `busy`, `server_error`, `connection`, `timeout`, `bad_answer`, `dimension`,
    /// `unauthorised` or `status`.
    public var outcome: String
    /// Inputs in the request.
    public var inputs: Int
    /// How long it took, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(outcome: String, inputs: Int, seconds: Double) {
        self.outcome = outcome
        self.inputs = inputs
        self.seconds = seconds
    }

    /// Trace; counts and measures.
    public func emit(to sink: EventSink) {
        sink.logger.trace(
            "embedding server answered",
            metadata: [
                "outcome": "\(outcome)", "inputs": .stringConvertible(inputs), "seconds": .stringConvertible(seconds),
            ]
        )
        sink.metrics.increment(.remoteRequests, ["outcome": outcome])
        sink.metrics.observe(.remoteDuration, seconds)
    }
}

/// A request to an embedding server will be tried again.
public struct RemoteRetried: TelemetryEvent {
    /// The server.
    public var url: String
    /// What went wrong, a bounded word.
    public var outcome: String
    /// What went wrong, for a person.
    public var message: String
    /// Tries so far.
    public var attempt: Int
    /// Seconds until the next.
    public var wait: Double

    /// Memberwise.
    public init(url: String, outcome: String, message: String, attempt: Int, wait: Double) {
        self.url = url
        self.outcome = outcome
        self.message = message
        self.attempt = attempt
        self.wait = wait
    }

    /// Info; counts.
    public func emit(to sink: EventSink) {
        sink.logger.info(
            "asking the embedding server again",
            metadata: [
                "url": "\(url)", "detail": "\(message)", "attempt": .stringConvertible(attempt),
                "wait": .stringConvertible((wait * 1000).rounded() / 1000),
            ]
        )
        sink.metrics.increment(.remoteRetries, ["outcome": outcome])
    }
}

/// An embedding server was lost, or found again.
public struct RemoteChanged: TelemetryEvent {
    /// The server.
    public var url: String
    /// Why it counts as lost; nil when it answers again.
    public var problem: String?
    /// How long it was lost, seconds; 0 while it is.
    public var seconds: Double

    /// Memberwise.
    public init(url: String, problem: String?, seconds: Double = 0) {
        self.url = url
        self.problem = problem
        self.seconds = seconds
    }

    /// Warning when it is lost, notice when it is back; sets the gauge.
    public func emit(to sink: EventSink) {
        if let problem {
            sink.logger.warning(
                "embedding server does not answer; records wait for it",
                metadata: ["url": "\(url)", "detail": "\(problem)"]
            )
            sink.recent.add("server", "\(url) does not answer: \(problem)")
        } else {
            sink.logger.notice(
                "embedding server answers again",
                metadata: ["url": "\(url)", "seconds": .stringConvertible(seconds)]
            )
            sink.recent.add("server", "\(url) answers again")
        }
        sink.metrics.set(.remoteUp, to: problem == nil ? 1 : 0)
    }
}

/// The daemon ends while its embedding server is away: what waits for it is left to the next start.
public struct EmbeddingGivenUp: TelemetryEvent {
    /// Which server, and what becomes of the records.
    public var message: String

    /// Memberwise.
    public init(message: String) { self.message = message }

    /// Notice: nothing is lost.
    public func emit(to sink: EventSink) {
        sink.logger.notice("stopping without the embedding server", metadata: ["detail": "\(message)"])
    }
}
