import Logging

/// What is kept by key of a partition was read back.
public struct StatesRestored: TelemetryEvent {
    /// What the keys are: `entities`, `sessions`.
    public var names: String
    /// The input partition.
    public var partition: PartitionName
    /// How many there are.
    public var count: Int
    /// Records of the input that are not in it although they are done; 0 where all is well.
    public var behind: Int64
    /// How long it took, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(names: String, partition: PartitionName, count: Int, behind: Int64, seconds: Double) {
        self.names = names
        self.partition = partition
        self.count = count
        self.behind = behind
        self.seconds = seconds
    }

    /// Info; a warning where records are missing.
    public func emit(to sink: EventSink) {
        var metadata: Logger.Metadata = [
            "topic": "\(partition.topic)", "partition": .stringConvertible(partition.partition),
            "\(names)": .stringConvertible(count), "seconds": .stringConvertible(seconds),
        ]
        guard behind > 0 else { return sink.logger.info("\(names) restored", metadata: metadata) }
        metadata["missing"] = .stringConvertible(behind)
        sink.logger.warning(
            "\(names) restored without some records: these were done while no \(names) were kept",
            metadata: metadata
        )
    }
}

/// What is kept by key is still being read back.
public struct StatesBeingRestored: TelemetryEvent {
    /// What the keys are.
    public var names: String
    /// How many input partitions are waited for.
    public var partitions: Int
    /// Records read so far.
    public var records: Int

    /// Memberwise.
    public init(names: String, partitions: Int, records: Int) {
        self.names = names
        self.partitions = partitions
        self.records = records
    }

    /// Info.
    public func emit(to sink: EventSink) {
        sink.logger.info(
            "\(names) are being restored",
            metadata: ["partitions": .stringConvertible(partitions), "records": .stringConvertible(records)]
        )
    }
}
