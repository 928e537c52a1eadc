import Logging

/// Alarms of one cluster began, have grown tenfold, or are over.
public struct IncidentChanged: TelemetryEvent {
    /// `opened`, `growing` or `closed`.
    public var state: String
    /// The cluster.
    public var cluster: Int
    /// Its label; may be empty.
    public var label: String
    /// Why its records are flagged.
    public var reason: String
    /// Alarms so far.
    public var alarms: Int

    /// Memberwise.
    public init(state: String, cluster: Int, label: String, reason: String, alarms: Int) {
        self.state = state
        self.cluster = cluster
        self.label = label
        self.reason = reason
        self.alarms = alarms
    }

    /// A notice; counts by state.
    public func emit(to sink: EventSink) {
        sink.logger.notice(
            "incident \(state)",
            metadata: [
                "cluster": .stringConvertible(cluster), "label": "\(label)", "reason": "\(reason)",
                "alarms": .stringConvertible(alarms),
            ]
        )
        sink.metrics.increment(.incidents, ["state": state])
        sink.recent.add("incident", "\(cluster) \(state), \(alarms) alarms: \(label)")
    }
}

/// An operator said what a cluster is.
public struct ClusterMarked: TelemetryEvent {
    /// The cluster.
    public var cluster: Int
    /// Its label; may be empty.
    public var label: String
    /// `normal`, `anomalous` or `none`.
    public var standing: String

    /// Memberwise.
    public init(cluster: Int, label: String, standing: String) {
        self.cluster = cluster
        self.label = label
        self.standing = standing
    }

    /// A notice.
    public func emit(to sink: EventSink) {
        sink.logger.notice(
            "cluster marked",
            metadata: ["cluster": .stringConvertible(cluster), "standing": "\(standing)", "label": "\(label)"]
        )
        sink.recent.add("feedback", "\(cluster) \(standing)\(label.isEmpty ? "" : ": \(label)")")
    }
}
