import Synchronization

/// The latest notable events, oldest first, for the status page.
public final class RecentEvents: Sendable {
    private let entries = Mutex<[StatusReport.Event]>([])
    private let capacity: Int
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - capacity: how many are kept.
    ///   - clock: milliseconds since the epoch.
    public init(capacity: Int = 100, clock: @escaping @Sendable () -> Int64 = Timestamp.now) {
        self.capacity = max(1, capacity)
        self.clock = clock
    }

    /// Adds an event with the present time.
    public func add(_ kind: String, _ text: String) {
        let event = StatusReport.Event(time: clock(), kind: kind, text: text)
        entries.withLock { entries in
            entries.append(event)
            if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
        }
    }

    /// The latest events, newest first.
    public func latest(_ count: Int = 100) -> [StatusReport.Event] {
        entries.withLock { Array($0.suffix(count).reversed()) }
    }
}
