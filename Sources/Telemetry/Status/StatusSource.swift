/// What the status server asks. Calls come from its own threads at any time and must return at once.
public protocol StatusSource: Sendable {
    /// The daemon's state now.
    func statusReport() -> StatusReport
    /// All clusters, the heaviest first; a report has only so many.
    func clusters() -> [StatusReport.Cluster]
    /// Begins a reclustering now, where that is possible.
    func recluster() async -> ReclusterAnswer
    /// Notes what an operator says of a cluster; returns when it is durable.
    func mark(_ feedback: ClusterFeedback) async -> FeedbackAnswer
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

/// What an operator says of a cluster: the body of a feedback request.
public struct ClusterFeedback: Codable, Sendable, Equatable {
    /// What the cluster is.
    public enum Verdict: String, Codable, Sendable, CaseIterable {
        /// Known: its members raise no alarm.
        case normal
        /// Its members always raise one.
        case anomalous
        /// Nothing: an earlier mark is taken back.
        case none
    }

    /// The cluster's id.
    public var cluster: Int
    /// What it is.
    public var verdict: Verdict

    /// Memberwise.
    public init(cluster: Int, verdict: Verdict) {
        self.cluster = cluster
        self.verdict = verdict
    }
}

/// What becomes of feedback.
public enum FeedbackAnswer: Sendable, Equatable {
    /// It is noted, beside the model.
    case noted
    /// No living cluster has the id.
    case unknownCluster(String)
    /// It could not be noted, and why.
    case failed(String)
}
