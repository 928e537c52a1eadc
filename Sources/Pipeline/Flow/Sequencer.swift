import Synchronization

/// Puts items that finish out of order back into sequence.
///
/// `deliver` is called under the lock, in sequence order, so it must only hand the item on (an enqueue).
final class Sequencer: Sendable {
    private struct State {
        var next: UInt64 = 0
        var early: [UInt64: PublishItem] = [:]
    }

    private let state = Mutex(State())
    private let deliver: @Sendable (PublishItem) -> Void

    init(deliver: @escaping @Sendable (PublishItem) -> Void) {
        self.deliver = deliver
    }

    /// Takes a finished item; passes on all that are now in sequence.
    func complete(_ sequence: UInt64, _ item: PublishItem) {
        state.withLock { state in
            state.early[sequence] = item
            while let ready = state.early.removeValue(forKey: state.next) {
                state.next += 1
                deliver(ready)
            }
        }
    }
}
