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
