/// What the status server asks. Calls come from its own threads at any time and must return at once.
public protocol StatusSource: Sendable {
    /// The daemon's state now.
    func statusReport() -> StatusReport
    /// All clusters, the heaviest first; a report has only so many.
    func clusters() -> [StatusReport.Cluster]
    /// Begins a reclustering now, where that is possible.
    func recluster() async -> ReclusterAnswer
    /// All metrics in the Prometheus text format.
    func metricsExposition() -> String
}

/// What becomes of the wish for a reclustering.
public enum ReclusterAnswer: String, Sendable, CaseIterable {
    /// It has begun; its verdict will be an event.
    case begun
    /// One is under way.
    case underWay
    /// The daemon does not run (yet, or any more).
    case notRunning
}
