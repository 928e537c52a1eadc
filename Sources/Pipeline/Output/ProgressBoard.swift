public import Clustering
import DequeModule
public import Streams
import Synchronization
public import Telemetry

/// What a pipeline has done since it started, for status reports; written by the stages, read by anybody.
public final class ProgressBoard: Sendable {
    private struct State {
        var progress = Progress()
        var seconds = Deque<(second: Int64, records: Int, bytes: Int)>()
    }

    /// A snapshot.
    public struct Progress: Sendable {
        /// Totals.
        public var records = StatusReport.Records()
        /// Transactions.
        public var transactions = StatusReport.Transactions()
        /// Entities; nil where records are clustered.
        public var entities: StatusReport.Entities?
        /// The latest anomalies, oldest first.
        public var anomalies: [StatusReport.Anomaly] = []
        /// The model as it was last published.
        public var model: Model?
        /// The next offset of each owned partition.
        public var positions: Offsets = [:]
        /// Records per second over the last ten seconds.
        public var recordsPerSecond = 0.0
        /// Bytes per second over the last ten seconds.
        public var bytesPerSecond = 0.0

        /// A transaction was committed, after which there are `count` entities.
        mutating func add(_ more: StatusReport.Entities, count: Int) {
            var sum = entities ?? StatusReport.Entities()
            sum.count = count
            sum.evicted += more.evicted
            sum.changes += more.changes
            entities = sum
        }
    }

    private static let window: Int64 = 10
    private static let keptAnomalies = 50
    private let state = Mutex(State())
    private let clock: @Sendable () -> Int64

    /// `clock` gives milliseconds since the epoch.
    public init(clock: @escaping @Sendable () -> Int64 = Timestamp.now) { self.clock = clock }

    /// The present state.
    public var current: Progress {
        let now = clock() / 1000
        return state.withLock { state in
            Self.forget(&state, before: now - Self.window)
            var progress = state.progress
            // The second that is still running is left out: it would pull the rate down.
            let whole = state.seconds.filter { $0.second < now }
            let span = Double(max(1, min(Self.window, now - (whole.first?.second ?? now))))
            progress.recordsPerSecond = Double(whole.reduce(0) { $0 + $1.records }) / span
            progress.bytesPerSecond = Double(whole.reduce(0) { $0 + $1.bytes }) / span
            return progress
        }
    }

    func consumed(records: Int, bytes: Int) {
        let second = clock() / 1000
        state.withLock { state in
            state.progress.records.consumed += records
            if let last = state.seconds.last, last.second == second {
                state.seconds[state.seconds.count - 1].records += records
                state.seconds[state.seconds.count - 1].bytes += bytes
            } else {
                state.seconds.append((second, records, bytes))
                Self.forget(&state, before: second - Self.window)
            }
        }
    }

    func update(_ change: (inout Progress) -> Void) {
        state.withLock { state in
            change(&state.progress)
            let surplus = state.progress.anomalies.count - Self.keptAnomalies
            if surplus > 0 { state.progress.anomalies.removeFirst(surplus) }
        }
    }

    private static func forget(_ state: inout State, before second: Int64) {
        while let first = state.seconds.first, first.second < second { state.seconds.removeFirst() }
    }
}
