/// Where a pipeline stands. Legal moves are data: see ``allowedNext``.
public enum PipelineState: String, Sendable, CaseIterable, Codable {
    /// Built, not yet started.
    case created
    /// Reading the model back and joining the group.
    case starting
    /// Member of the group, no partitions assigned (yet).
    case waiting
    /// Partitions assigned, records flow.
    case running
    /// Reading has stopped; what is in flight is being finished and committed.
    case draining
    /// Ended in order.
    case stopped
    /// Ended by an error.
    case failed

    /// The states that may follow. When one is added, revisit `/readyz` and the systemd status line.
    public var allowedNext: Set<PipelineState> {
        switch self {
        case .created: [.starting, .stopped]
        case .starting: [.waiting, .running, .draining, .failed]
        case .waiting: [.running, .draining, .failed]
        case .running: [.waiting, .draining, .failed]
        case .draining: [.stopped, .failed]
        case .stopped, .failed: []
        }
    }
}
