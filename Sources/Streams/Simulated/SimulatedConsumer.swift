import Foundation
import Synchronization

/// A member of a group of a ``SimulatedLog``. Rebalances are served inside `poll`, as with Kafka.
public final class SimulatedConsumer: RecordConsumer, @unchecked Sendable {
    // Sendable: `listener` is touched only by `subscribe`, `poll`, `close` and `kill`, which belong to one thread; the
    // rest is immutable or inside the mutex.

    private struct State {
        var membership: SimulatedMembership?
        var topics: [String] = []
        var assignment: [TopicPartition] = []
        var positions: Offsets = [:]
        var isPaused = false
        /// The partition the next fetch begins with, so that none starves.
        var turn = 0
        /// Why it cannot go on.
        var failure: StreamError?
    }

    private let log: SimulatedLog
    private let group: String
    private let state = Mutex(State())
    private var listener: (any RebalanceListener)?

    init(log: SimulatedLog, group: String) {
        self.log = log
        self.group = group
    }

    /// The membership that offsets are sent for; nil before the group was joined.
    var membership: SimulatedMembership? { state.withLock { $0.membership } }

    /// Joins the group; the assignment comes with the next poll.
    public func subscribe(to topics: [String], listener: any RebalanceListener) throws(StreamError) {
        try fault(.subscribe)
        self.listener = listener
        state.withLock { $0.topics = topics }
        join()
    }

    /// Serves rebalances, then waits up to `timeout` (real time) for records.
    public func poll(maximum: Int, maximumBytes: Int, timeout: Duration) throws(StreamError) -> Polled {
        try fault(.poll)
        let deadline = ContinuousClock.now + timeout
        while true {
            if let failure = state.withLock({ $0.failure }) { throw failure }
            try serve()
            let records = fetch(maximum: max(1, maximum), maximumBytes: maximumBytes)
            if !records.isEmpty || ContinuousClock.now >= deadline { return Polled(records: records) }
            // A look once a millisecond is plain, bounded and cheap enough for a simulation.
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    /// Stops fetching.
    public func pause() { state.withLock { $0.isPaused = true } }

    /// Fetches again.
    public func resume() { state.withLock { $0.isPaused = false } }

    /// Moves the positions of assigned partitions; others are an error, as with Kafka.
    public func seek(to offsets: Offsets) throws(StreamError) {
        try fault(.seek)
        try state.withLock { state throws(StreamError) in
            for (partition, offset) in offsets {
                guard state.assignment.contains(partition) else {
                    throw StreamError(.fatal, code: "_STATE", "\(partition) is not assigned: its position cannot move")
                }
                state.positions[partition] = offset
            }
        }
    }

    /// Commits for the group; refused where the membership is stale.
    public func commit(_ offsets: Offsets) throws(StreamError) {
        let membership = self.membership
        try log.attempt { cluster throws(StreamError) in
            let fault = cluster.faults.next(for: .commitOffsets)
            if let fault, fault.moment == .before { throw fault.error }
            guard let membership else {
                throw StreamError(.fatal, code: "_STATE", "the consumer has not joined group \(self.group)")
            }
            try cluster.check(membership, kind: .abortable)
            cluster.groups[membership.group]?.committed.merge(offsets) { $1 }
            if let fault { throw fault.error }
        }
    }

    /// Last stable offsets of the assigned partitions.
    public func endOffsets() -> Offsets {
        let assignment = state.withLock { $0.assignment }
        return log.change { cluster in
            var ends: Offsets = [:]
            for partition in assignment { ends[partition] = cluster.partition(partition)?.lastStable }
            return ends
        }
    }

    /// Gives the partitions up and leaves; a static member stays known until its session ends.
    public func close() {
        guard state.withLock({ $0.failure }) == nil else { return }
        let assignment = state.withLock { $0.assignment }
        if !assignment.isEmpty { listener?.revoked(assignment, lost: false) }
        if let membership, log.groupInstanceID == nil {
            log.change { $0.leave(membership.group, member: membership.member) }
        }
        kill()
    }

    /// Ends the consumer as SIGKILL would: the group hears nothing, its session has to run out.
    public func kill() {
        state.withLock { state in
            state.failure = StreamError(.fatal, code: "_DESTROY", "the consumer is closed")
            state.assignment = []
        }
        listener = nil
    }

    // MARK: Inside

    private func join() {
        let topics = state.withLock { $0.topics }
        let instance = log.groupInstanceID
        let group = self.group
        let member = log.change { $0.join(group, instanceID: instance, topics: topics) }
        state.withLock { $0.membership = SimulatedMembership(group: group, member: member, generation: -1) }
    }

    /// Acts on what the coordinator says until there is nothing more to do.
    private func serve() throws(StreamError) {
        while let membership {
            let instance = log.groupInstanceID
            switch log.change({ $0.heartbeat(membership, instanceID: instance) }) {
            case .nothing: return
            case .revoke:
                giveUp(lost: false)
                log.change { $0.rejoin(membership.group, member: membership.member) }
            case .lost:
                giveUp(lost: true)
                join()
            case .fenced:
                giveUp(lost: true)
                let error = StreamError(
                    .fenced,
                    code: "FENCED_INSTANCE_ID",
                    "group instance id \(instance ?? "") was taken over by another member"
                )
                state.withLock { $0.failure = error }
                throw error
            case .assigned(let partitions, let committed, let generation):
                accept(partitions, committed: committed, generation: generation)
            }
        }
    }

    private func giveUp(lost: Bool) {
        let assignment = state.withLock { $0.assignment }
        if !assignment.isEmpty { listener?.revoked(assignment, lost: lost) }
        state.withLock { state in
            state.assignment = []
            state.positions = [:]
        }
    }

    private func accept(_ partitions: [TopicPartition], committed: Offsets, generation: Int) {
        state.withLock { state in
            state.membership?.generation = generation
            state.assignment = partitions
        }
        let wanted = partitions.isEmpty ? [:] : listener?.assigned(partitions, committed: committed) ?? [:]
        let ends = endOffsets()
        let initial = log.options.startsAtEnd
        state.withLock { state in
            for partition in partitions {
                let start = initial ? ends[partition] ?? 0 : 0
                state.positions[partition] = wanted[partition] ?? committed[partition] ?? start
            }
        }
    }

    private func fetch(maximum: Int, maximumBytes: Int) -> [Record] {
        log.change { cluster in
            state.withLock { state in
                guard !state.isPaused, !state.assignment.isEmpty else { return [] }
                var records: [Record] = []
                var bytes = 0
                state.turn += 1
                for index in state.assignment.indices {
                    let partition = state.assignment[(index + state.turn) % state.assignment.count]
                    guard records.count < maximum, records.isEmpty || bytes < maximumBytes else { break }
                    guard let source = cluster.partition(partition) else { continue }
                    // A position outside the log is reset to its beginning, as auto.offset.reset=earliest does.
                    let position = state.positions[partition] ?? 0
                    let (batch, next) = source.read(
                        from: position > source.end ? 0 : position,
                        limit: .max,
                        isolation: .readCommitted,
                        maximum: maximum - records.count,
                        maximumBytes: maximumBytes - bytes,
                        source: partition
                    )
                    if batch.isEmpty || records.isEmpty || bytes + batch[0].footprint <= maximumBytes {
                        records += batch
                        bytes += batch.reduce(0) { $0 + $1.footprint }
                        state.positions[partition] = next
                    }
                }
                return records
            }
        }
    }

    private func fault(_ call: SimulatedFault.Call) throws(StreamError) {
        if let fault = log.change({ $0.faults.next(for: call) }) { throw fault.error }
    }
}
