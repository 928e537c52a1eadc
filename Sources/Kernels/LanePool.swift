import Synchronization

/// Lanes for callers that keep none of their own, so that compiled products outlive a call.
enum LanePool {
    // Sound to send: a lane is in the pool or with the one caller that took it out, never both.
    private struct Parked: @unchecked Sendable {
        let lane: GemmLane
    }

    private static let parked = Mutex<[Parked]>([])

    /// Lends a lane for the length of `body`.
    static func withLane<Result>(_ body: (GemmLane) -> Result) -> Result {
        let parked = Self.parked.withLock { $0.popLast() } ?? Parked(lane: GemmLane())
        defer { Self.parked.withLock { $0.append(parked) } }
        return body(parked.lane)
    }
}
