import Foundation
import Streams
import Synchronization

/// What the reader tells the pipeline about, on the reader's own thread.
protocol ReaderDelegate: AnyObject, Sendable {
    /// Where to start partitions of which the group has no committed offset.
    func startPositions(for partitions: [TopicPartition], committed: Offsets) -> Offsets
    /// What was committed last.
    func committedOffsets() -> Offsets
    /// The assignment changed; it is empty between a revocation and the next assignment.
    func assignmentChanged(to partitions: [TopicPartition])
    /// Everything submitted so far must be published and committed, or dropped if the partitions are `lost`.
    /// Returns when that is done.
    func settle(lost: Bool)
    /// A batch to embed. Its footprint has been taken from the budget.
    func submit(_ batch: Batch)
    /// The log of a partition has older offsets than were read already.
    func inputWentBack(_ reset: PartitionPositions.Reset)
    /// The stages after the reader have been full for long.
    func inputPaused()
    /// The thread is about to end: asked to, at the end of every source, or (with an error) because the consumer
    /// failed for good.
    func readerEnded(_ error: StreamError?)
}

/// The one thread that polls: takes records as the budget allows, cuts them into batches, serves rebalances.
final class Reader: Sendable {
    private struct Command: Sendable {
        var epoch: UInt64?
        var stop = false
    }

    /// State of the polling thread alone; the mutex is never contended.
    private struct State: Sendable {
        var positions = PartitionPositions()
        var epoch: UInt64 = 0
        var nextSequence: UInt64 = 0
        var paused = false
    }

    /// How long the budget may be exhausted before partitions are paused so that rebalances are still served.
    private static let pauseAfter: TimeInterval = 5

    private let consumer: any RecordConsumer
    private let topics: [String]
    private let budget: FlowBudget
    private let size: Mutex<BatchSize>
    private let bytesPerRecord: Int
    private let linger: Duration
    private let delegate: any ReaderDelegate
    private let commands = Mutex(Command())
    private let state = Mutex(State())
    private let finished = DispatchSemaphore(value: 0)
    private let heartbeat = Atomic<UInt64>(0)

    /// `bytesPerRecord` is what a record costs beside its own bytes: its vector and its assignment.
    init(
        consumer: any RecordConsumer,
        topics: [String],
        budget: FlowBudget,
        size: BatchSize,
        bytesPerRecord: Int,
        linger: Duration,
        delegate: any ReaderDelegate
    ) {
        self.consumer = consumer
        self.topics = topics
        self.budget = budget
        self.size = Mutex(size)
        self.bytesPerRecord = bytesPerRecord
        self.linger = linger
        self.delegate = delegate
    }

    /// Counts turns of the polling loop; the watchdog looks whether it moves.
    var turns: UInt64 { heartbeat.load(ordering: .relaxed) }

    /// Says that the polling thread is at work although its loop does not turn.
    func beat() { heartbeat.add(1, ordering: .relaxed) }

    /// Starts the polling thread.
    func start() {
        let thread = Thread { [self] in
            run()
            finished.signal()
        }
        thread.name = "centroidd.poll"
        thread.start()
    }

    /// A lane says how long a batch took it.
    func note(records: Int, seconds: Double) {
        size.withLock { $0.note(records: records, seconds: seconds) }
    }

    /// Asks for the end of reading: the loop settles what is in flight, leaves the group and ends.
    func stop() { commands.withLock { $0.stop = true } }

    /// Reads again from what was committed last; batches read from then on carry `epoch`.
    func rewind(epoch: UInt64) { commands.withLock { $0.epoch = epoch } }

    /// Waits for the thread to end; false when the deadline passed first.
    func join(until deadline: DispatchTime) -> Bool { finished.wait(timeout: deadline) == .success }

    private func run() {
        var failure: StreamError?
        do throws(StreamError) {
            try consumer.subscribe(to: topics, listener: self)
            while try turn() {}
        } catch {
            failure = error
        }
        delegate.settle(lost: false)
        consumer.close()
        delegate.readerEnded(failure)
    }

    /// One turn of the loop; false when reading is over.
    private func turn() throws(StreamError) -> Bool {
        heartbeat.add(1, ordering: .relaxed)
        if try obeyCommands() { return false }
        guard let room = budget.waitForRoom(until: Date(timeIntervalSinceNow: Self.pauseAfter)) else {
            try serveWhilePaused()
            return true
        }
        try resumeIfPaused()
        // Half of the room is for what records cost beside their own bytes, at most.
        let waiting = budget.current.batches
        let most = min(size.withLock { $0.next(waiting: waiting) }, max(1, room / 2 / bytesPerRecord))
        let polled = try consumer.poll(
            maximum: most,
            maximumBytes: max(1, room - most * bytesPerRecord),
            timeout: linger
        )
        submit(admit(polled.records))
        return !polled.finished
    }

    private func admit(_ records: [Record]) -> [Record] {
        let (admitted, resets) = state.withLock { $0.positions.admit(records) }
        for reset in resets { delegate.inputWentBack(reset) }
        return admitted
    }

    private func submit(_ records: [Record]) {
        guard !records.isEmpty else { return }
        let footprint = records.reduce(0) { $0 + $1.footprint + bytesPerRecord }
        let (sequence, epoch) = takeSequence()
        budget.take(bytes: footprint)
        delegate.submit(Batch(sequence: sequence, epoch: epoch, records: records, footprint: footprint))
    }

    /// The next place in the sequence; barriers take one, too.
    func takeSequence() -> (sequence: UInt64, epoch: UInt64) {
        state.withLock { state in
            defer { state.nextSequence += 1 }
            return (state.nextSequence, state.epoch)
        }
    }

    /// Whether to stop.
    private func obeyCommands() throws(StreamError) -> Bool {
        let command = commands.withLock { commands in
            defer { commands.epoch = nil }
            return commands
        }
        if let epoch = command.epoch {
            // Asked for only now: a rebalance may have moved them since the rewind was ordered.
            let committed = delegate.committedOffsets()
            let owned = state.withLock { state in
                state.epoch = epoch
                return state.positions.seek(to: committed)
            }
            if !owned.isEmpty { try consumer.seek(to: owned) }
        }
        return command.stop
    }

    /// The stages are full for long: stop fetching but keep the membership alive.
    private func serveWhilePaused() throws(StreamError) {
        if !state.withLock({ $0.paused }) {
            delegate.inputPaused()
            try consumer.pause()
            state.withLock { $0.paused = true }
        }
        let polled = try consumer.poll(maximum: 1, maximumBytes: 1, timeout: .milliseconds(100))
        submit(admit(polled.records))
    }

    private func resumeIfPaused() throws(StreamError) {
        guard state.withLock({ $0.paused }) else { return }
        try consumer.resume()
        state.withLock { $0.paused = false }
    }
}

extension Reader: RebalanceListener {
    func assigned(_ partitions: [TopicPartition], committed: Offsets) -> Offsets {
        let start = delegate.startPositions(for: partitions, committed: committed)
        let all = state.withLock { state in
            state.positions.assign(partitions, from: start)
            return state.positions.partitions
        }
        delegate.assignmentChanged(to: all)
        return start
    }

    func revoked(_ partitions: [TopicPartition], lost: Bool) {
        delegate.settle(lost: lost)
        let left = state.withLock { state in
            state.positions.revoke(partitions)
            // A new assignment starts unpaused.
            state.paused = false
            return state.positions.partitions
        }
        delegate.assignmentChanged(to: left)
    }
}
