import Logging

/// Records came in.
public struct RecordsConsumed: TelemetryEvent {
    /// How many.
    public var records: Int
    /// Bytes of their keys and values.
    public var bytes: Int

    /// Memberwise.
    public init(records: Int, bytes: Int) {
        self.records = records
        self.bytes = bytes
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.increment(.recordsConsumed, by: records)
        sink.metrics.increment(.bytesConsumed, by: bytes)
    }
}

/// A batch was embedded.
public struct BatchEmbedded: TelemetryEvent {
    /// Records in it.
    public var records: Int
    /// Tokens in it; 0 where the space has none.
    public var tokens: Int
    /// How long it took, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(records: Int, tokens: Int, seconds: Double) {
        self.records = records
        self.tokens = tokens
        self.seconds = seconds
    }

    /// Trace; counts and measures.
    public func emit(to sink: EventSink) {
        sink.logger.trace(
            "batch embedded",
            metadata: ["records": .stringConvertible(records), "seconds": .stringConvertible(seconds)]
        )
        sink.metrics.increment(.embeddingTokens, by: tokens)
        sink.metrics.observe(.embeddingBatchRecords, Double(records))
        sink.metrics.observe(.embeddingDuration, seconds)
    }
}

/// Some records of a batch got deep vectors.
public struct BatchLookedAtDeeply: TelemetryEvent {
    /// How many.
    public var records: Int
    /// Tokens in them.
    public var tokens: Int

    /// Memberwise.
    public init(records: Int, tokens: Int) {
        self.records = records
        self.tokens = tokens
    }

    /// Counts.
    public func emit(to sink: EventSink) {
        sink.metrics.increment(.embeddingDeep, by: records)
        sink.metrics.increment(.embeddingTokens, by: tokens)
    }
}

/// A batch was assigned.
public struct BatchAssigned: TelemetryEvent {
    /// Records in it.
    public var records: Int
    /// Anomalous ones by their reason (`far`, `rare`, `new`, `burst`).
    public var anomalies: [String: Int]
    /// How long the assignment took, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(records: Int, anomalies: [String: Int] = [:], seconds: Double) {
        self.records = records
        self.anomalies = anomalies
        self.seconds = seconds
    }

    /// Trace; counts and measures.
    public func emit(to sink: EventSink) {
        sink.logger.trace(
            "batch assigned",
            metadata: ["records": .stringConvertible(records), "seconds": .stringConvertible(seconds)]
        )
        sink.metrics.observe(.assignmentBatchRecords, Double(records))
        sink.metrics.observe(.assignmentDuration, seconds)
        for (reason, count) in anomalies { sink.metrics.increment(.recordsAnomalies, by: count, ["reason": reason]) }
    }
}

/// Assignments were published.
public struct BatchPublished: TelemetryEvent {
    /// Records in the batch.
    public var records: Int
    /// From reading its first record to publishing, seconds.
    public var latency: Double

    /// Memberwise.
    public init(records: Int, latency: Double) {
        self.records = records
        self.latency = latency
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.increment(.recordsAssigned, by: records)
        sink.metrics.observe(.recordLatency, latency)
    }
}

/// A record could not be used.
public struct RecordRefused: TelemetryEvent {
    /// What became of it.
    public enum Outcome: String, Sendable {
        /// It was sent to the dead-letter topic.
        case deadLettered = "dead_lettered"
        /// It was passed over.
        case skipped
        /// It stops the daemon.
        case stopped
    }

    /// What became of it.
    public var outcome: Outcome
    /// A bounded word, such as `invalid_json` or `too_large`.
    public var reason: String
    /// What was wrong, for a person.
    public var message: String
    /// Where it came from.
    public var partition: PartitionName
    /// Its offset there.
    public var offset: Int64

    /// Memberwise.
    public init(outcome: Outcome, reason: String, message: String, partition: PartitionName, offset: Int64) {
        self.outcome = outcome
        self.reason = reason
        self.message = message
        self.partition = partition
        self.offset = offset
    }

    /// Warning, an error when it stops the daemon; counts by reason.
    public func emit(to sink: EventSink) {
        sink.logger.log(
            level: outcome == .stopped ? .error : .warning,
            "record refused",
            metadata: [
                "outcome": "\(outcome.rawValue)", "reason": "\(reason)", "detail": "\(message)",
                "topic": "\(partition.topic)", "partition": .stringConvertible(partition.partition),
                "offset": .stringConvertible(offset),
            ]
        )
        switch outcome {
        case .deadLettered: sink.metrics.increment(.recordsDeadLettered, ["reason": reason])
        case .skipped: sink.metrics.increment(.recordsSkipped, ["reason": reason])
        case .stopped: break
        }
        sink.metrics.increment(.errors, ["stage": "decode", "error_type": reason])
        sink.recent.add(
            "record",
            "\(outcome.rawValue): \(message) (\(partition.topic)[\(partition.partition)]@\(offset))"
        )
    }
}

/// Bytes between being read and being committed.
public struct MemoryMeasured: TelemetryEvent {
    /// Bytes now.
    public var inFlightBytes: Int
    /// The configured ceiling.
    public var ceilingBytes: Int

    /// Memberwise.
    public init(inFlightBytes: Int, ceilingBytes: Int) {
        self.inFlightBytes = inFlightBytes
        self.ceilingBytes = ceilingBytes
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.inFlightBytes, to: Double(inFlightBytes))
        sink.metrics.set(.inFlightCeiling, to: Double(ceilingBytes))
    }
}

/// A stage was full, so reading stopped for a while.
public struct InputPaused: TelemetryEvent {
    /// The stage that is full.
    public var stage: String

    /// Memberwise.
    public init(stage: String) {
        self.stage = stage
    }

    /// Debug; counts.
    public func emit(to sink: EventSink) {
        sink.logger.debug("input paused", metadata: ["stage": "\(stage)"])
        sink.metrics.increment(.inputPauses)
    }
}

/// Something failed in a stage.
public struct StageFailed: TelemetryEvent {
    /// The stage, such as `embed`.
    public var stage: String
    /// A bounded word for the metric.
    public var errorType: String
    /// What happened, for a person.
    public var message: String

    /// Memberwise.
    public init(stage: String, errorType: String, message: String) {
        self.stage = stage
        self.errorType = errorType
        self.message = message
    }

    /// Error; counts.
    public func emit(to sink: EventSink) {
        sink.logger.error("stage failed", metadata: ["stage": "\(stage)", "detail": "\(message)"])
        sink.metrics.increment(.errors, ["stage": stage, "error_type": errorType])
        sink.recent.add("error", "\(stage): \(message)")
    }
}
