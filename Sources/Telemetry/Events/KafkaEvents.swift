import Logging

/// A partition by name, as events carry it.
public struct PartitionName: Sendable, Hashable {
    /// The topic.
    public var topic: String
    /// The partition's number.
    public var partition: Int32

    /// Memberwise.
    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    var labels: MetricLabels { ["topic": topic, "partition": String(partition)] }
}

extension Sequence<PartitionName> {
    /// `logs[0,1,2] audit[4]`.
    var summary: String {
        Dictionary(grouping: self, by: \.topic).sorted { $0.key < $1.key }
            .map { topic, partitions in
                "\(topic)[\(partitions.map(\.partition).sorted().map(String.init).joined(separator: ","))]"
            }
            .joined(separator: " ")
    }
}

/// The group gave us partitions.
public struct PartitionsAssigned: TelemetryEvent {
    /// The partitions that were added.
    public var partitions: [PartitionName]
    /// How many this instance owns now.
    public var owned: Int

    /// Memberwise.
    public init(partitions: [PartitionName], owned: Int) {
        self.partitions = partitions
        self.owned = owned
    }

    /// Info; counts a rebalance.
    public func emit(to sink: EventSink) {
        let summary = partitions.summary
        sink.logger.info(
            "partitions assigned",
            metadata: ["partitions": "\(summary)", "owned": .stringConvertible(owned)]
        )
        sink.metrics.increment(.rebalances, ["change": "assigned"])
        sink.metrics.set(.assignedPartitions, to: Double(owned))
        sink.recent.add("rebalance", "assigned \(summary)")
    }
}

/// The group took partitions from us.
public struct PartitionsRevoked: TelemetryEvent {
    /// The partitions that are gone.
    public var partitions: [PartitionName]
    /// How many this instance owns now.
    public var owned: Int
    /// Whether they were lost without a chance to commit.
    public var lost: Bool

    /// Memberwise.
    public init(partitions: [PartitionName], owned: Int, lost: Bool) {
        self.partitions = partitions
        self.owned = owned
        self.lost = lost
    }

    /// Info, or a warning when lost; the lag of these partitions is no longer ours to report.
    public func emit(to sink: EventSink) {
        let summary = partitions.summary
        sink.logger.log(
            level: lost ? .warning : .info,
            lost ? "partitions lost" : "partitions revoked",
            metadata: ["partitions": "\(summary)", "owned": .stringConvertible(owned)]
        )
        sink.metrics.increment(.rebalances, ["change": lost ? "lost" : "revoked"])
        sink.metrics.set(.assignedPartitions, to: Double(owned))
        for partition in partitions { sink.metrics.remove(.consumerLag, partition.labels) }
        sink.recent.add("rebalance", "\(lost ? "lost" : "revoked") \(summary)")
    }
}

/// How far a partition's committed position is behind its end.
public struct LagMeasured: TelemetryEvent {
    /// The partition.
    public var partition: PartitionName
    /// Records, at least 0.
    public var lag: Int64

    /// Memberwise.
    public init(partition: PartitionName, lag: Int64) {
        self.partition = partition
        self.lag = lag
    }

    /// Metric only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.consumerLag, to: Double(max(0, lag)), partition.labels)
    }
}

/// A transaction was committed.
public struct TransactionCommitted: TelemetryEvent {
    /// Records whose assignments it carried.
    public var records: Int
    /// From the call to its answer, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(records: Int, seconds: Double) {
        self.records = records
        self.seconds = seconds
    }

    /// Debug; counts and measures.
    public func emit(to sink: EventSink) {
        sink.logger.debug(
            "transaction committed",
            metadata: ["records": .stringConvertible(records), "seconds": .stringConvertible(seconds)]
        )
        sink.metrics.increment(.transactionCommits)
        sink.metrics.observe(.commitDuration, seconds)
    }
}

/// A transaction was aborted; its records are read again.
public struct TransactionAborted: TelemetryEvent {
    /// A bounded word, such as an error code or `partitions_lost`.
    public var reason: String
    /// What happened, for a person.
    public var message: String

    /// Memberwise.
    public init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }

    /// Warning; counts.
    public func emit(to sink: EventSink) {
        sink.logger.warning("transaction aborted", metadata: ["reason": "\(reason)", "detail": "\(message)"])
        sink.metrics.increment(.transactionAborts, ["reason": reason])
        sink.recent.add("transaction", "aborted: \(message)")
    }
}

/// Another instance took over.
public struct InstanceFenced: TelemetryEvent {
    /// What the broker said.
    public var message: String

    /// Memberwise.
    public init(message: String) {
        self.message = message
    }

    /// Error: the daemon stops.
    public func emit(to sink: EventSink) {
        sink.logger.error("another instance took over; stopping", metadata: ["detail": "\(message)"])
        sink.metrics.increment(.errors, ["stage": "kafka", "error_type": "fenced"])
        sink.recent.add("fenced", message)
    }
}

/// The Kafka client reported an error of its own.
public struct BrokerFailed: TelemetryEvent {
    /// The client's name of the error, such as `_TRANSPORT`.
    public var code: String
    /// What happened, for a person.
    public var message: String
    /// Whether the client mends it itself.
    public var transient: Bool

    /// Memberwise.
    public init(code: String, message: String, transient: Bool) {
        self.code = code
        self.message = message
        self.transient = transient
    }

    /// Warning where the client retries, else an error; counts.
    public func emit(to sink: EventSink) {
        sink.logger.log(
            level: transient ? .warning : .error,
            "broker error",
            metadata: ["code": "\(code)", "detail": "\(message)"]
        )
        sink.metrics.increment(.errors, ["stage": "kafka", "error_type": code])
        sink.recent.add("broker", message)
    }
}

/// A partition began anew below the offset that was to be read next: its topic was made anew, or records were lost.
public struct InputReset: TelemetryEvent {
    /// The partition.
    public var partition: PartitionName
    /// The offset that was to be read next.
    public var expected: Int64
    /// The offset that came instead.
    public var found: Int64

    /// Memberwise.
    public init(partition: PartitionName, expected: Int64, found: Int64) {
        self.partition = partition
        self.expected = expected
        self.found = found
    }

    /// Warning; counts.
    public func emit(to sink: EventSink) {
        sink.logger.warning(
            "input went back",
            metadata: [
                "topic": "\(partition.topic)", "partition": .stringConvertible(partition.partition),
                "expected": .stringConvertible(expected), "found": .stringConvertible(found),
            ]
        )
        sink.metrics.increment(.errors, ["stage": "read", "error_type": "input_reset"])
        sink.recent.add(
            "input",
            "\(partition.topic)[\(partition.partition)] went back from \(expected) to \(found)"
        )
    }
}
