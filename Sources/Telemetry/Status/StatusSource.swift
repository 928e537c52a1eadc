/// What the status server asks. Calls come from its own threads at any time and must return at once.
public protocol StatusSource: Sendable {
    /// The daemon's state now.
    func statusReport() -> StatusReport
    /// All metrics in the Prometheus text format.
    func metricsExposition() -> String
}
