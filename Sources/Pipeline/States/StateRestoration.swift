import Foundation
import Streams
import Telemetry

/// Reads what is stored by key back until they are as new as the input offsets, within bounds.
struct StateRestoration {
    /// The markers of a transaction reach the topics one after the other: the states may be readable a little later than
    /// the offsets that were committed with them.
    private static let patience = Duration.seconds(5)
    private static let attempts = 4
    private static let pause = 0.2

    let sink: EventSink
    /// What the keys are.
    let names: String
    let partitions: Int

    /// - Parameter restore: reads once, and calls back after every record.
    /// - Throws: what `restore` throws, where it does so again and again or for good.
    func read(
        from start: Offsets,
        _ restore: (_ beat: () -> Void) throws -> [TopicPartition: StateStore.Stored]
    ) throws -> [TopicPartition: StateStore.Stored] {
        let deadline = ContinuousClock.now + Self.patience
        var failures = 0
        while true {
            do {
                let stored = try once(restore)
                let isBehind = stored.contains { partition, stored in
                    // A partition of which nothing is stored was read before entities were kept.
                    stored.covered.map { $0 < start[partition] ?? 0 } ?? false
                }
                guard isBehind, ContinuousClock.now < deadline else { return stored }
            } catch let error as StreamError where error.kind == .retriable || error.kind == .unreachable {
                failures += 1
                guard failures < Self.attempts, error.code != "_INTR" else { throw error }
            }
            Thread.sleep(forTimeInterval: Self.pause)
        }
    }

    private func once(
        _ restore: (_ beat: () -> Void) throws -> [TopicPartition: StateStore.Stored]
    ) throws -> [TopicPartition: StateStore.Stored] {
        var records = 0
        var reported = ContinuousClock.now
        return try restore {
            records += 1
            guard records.isMultiple(of: 1024), ContinuousClock.now - reported > .seconds(5) else { return }
            reported = .now
            sink.emit(StatesBeingRestored(names: names, partitions: partitions, records: records))
        }
    }
}
