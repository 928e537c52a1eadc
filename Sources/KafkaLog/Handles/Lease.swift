import Synchronization

/// Counts who is inside a call; it outlives the handle where destruction is late.
final class Lease: Sendable {
    private struct State {
        var users = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }
    var isIdle: Bool { state.withLock { $0.users == 0 } }

    func enter() -> Bool {
        state.withLock { state in
            if !state.isClosed { state.users += 1 }
            return !state.isClosed
        }
    }

    func leave() { state.withLock { $0.users -= 1 } }

    /// Lets nobody in any more; false where that was so already.
    func close() -> Bool {
        state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
    }
}
