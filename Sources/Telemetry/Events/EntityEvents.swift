import Logging

/// The states of a partition's entities were read back.
public struct EntitiesRestored: TelemetryEvent {
    /// The input partition.
    public var partition: PartitionName
    /// How many entities.
    public var entities: Int
    /// Records of the input that the states do not know of although they are done; 0 where all is well.
    public var behind: Int64
    /// How long it took, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(partition: PartitionName, entities: Int, behind: Int64, seconds: Double) {
        self.partition = partition
        self.entities = entities
        self.behind = behind
        self.seconds = seconds
    }

    /// Info; a warning where records are missing in the states.
    public func emit(to sink: EventSink) {
        var metadata: Logger.Metadata = [
            "topic": "\(partition.topic)", "partition": .stringConvertible(partition.partition),
            "entities": .stringConvertible(entities), "seconds": .stringConvertible(seconds),
        ]
        guard behind > 0 else { return sink.logger.info("entities restored", metadata: metadata) }
        metadata["missing"] = .stringConvertible(behind)
        sink.logger.warning(
            "entities restored without some records: these were done while no entities were kept",
            metadata: metadata
        )
    }
}

/// States of entities are still being read back.
public struct EntitiesBeingRestored: TelemetryEvent {
    /// How many input partitions are waited for.
    public var partitions: Int
    /// Records read so far.
    public var records: Int

    /// Memberwise.
    public init(partitions: Int, records: Int) {
        self.partitions = partitions
        self.records = records
    }

    /// Info.
    public func emit(to sink: EventSink) {
        sink.logger.info(
            "entities are being restored",
            metadata: ["partitions": .stringConvertible(partitions), "records": .stringConvertible(records)]
        )
    }
}

/// How many entities there are, and what a transaction did to them.
public struct EntitiesMeasured: TelemetryEvent {
    /// Entities kept by this instance.
    public var entities: Int
    /// Entities that had to make room since the last report.
    public var evicted: Int
    /// Changes of cluster since the last report.
    public var changes: Int

    /// Memberwise.
    public init(entities: Int, evicted: Int, changes: Int) {
        self.entities = entities
        self.evicted = evicted
        self.changes = changes
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.entities, to: Double(entities))
        sink.metrics.increment(.entitiesEvicted, by: evicted)
        sink.metrics.increment(.entityChanges, by: changes)
    }
}
