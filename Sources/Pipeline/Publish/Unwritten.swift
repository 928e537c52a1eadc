import Clustering
import DequeModule
import Dispatch
import Streams
import Synchronization

/// A batch that has been assigned and not yet written, and what encodes it.
///
/// While other batches wait to be assigned, records are encoded on a queue of their own, beside the publisher's; they are
/// sent by the publisher, in order.
final class Unwritten: Sendable {
    let embedded: EmbeddedBatch
    let assignments: [Assignment]
    /// When the publisher began with it.
    let start: ContinuousClock.Instant
    private let encoded = Mutex<[OutgoingRecord]?>(nil)
    private let work = DispatchGroup()

    init(_ embedded: EmbeddedBatch, _ assignments: [Assignment], start: ContinuousClock.Instant) {
        self.embedded = embedded
        self.assignments = assignments
        self.start = start
    }

    /// Whether its records need not be waited for.
    var isEncoded: Bool { encoded.withLock { $0 != nil } }

    /// Encodes its records on `queue` and calls `done`, there.
    func encode(
        on queue: DispatchQueue,
        _ encode: @escaping @Sendable (Unwritten) -> [OutgoingRecord],
        done: @escaping @Sendable () -> Void
    ) {
        queue.async(group: work) { [self] in
            let records = encode(self)
            encoded.withLock { $0 = records }
            done()
        }
    }

    /// What is to be written of the rows, in order; waits for it.
    func takeRecords() -> [OutgoingRecord] {
        work.wait()
        return encoded.withLock { records in
            defer { records = [] }
            return records ?? []
        }
    }
}

/// Batches that have been assigned and not yet written: they are written in this order, whichever is encoded first.
struct UnwrittenBatches: Sendable {
    private var batches: Deque<Unwritten> = []

    var isEmpty: Bool { batches.isEmpty }

    mutating func append(_ batch: Unwritten) { batches.append(batch) }

    /// Takes the first, whether it has been encoded or has to be waited for.
    mutating func takeFirst() -> Unwritten? { batches.popFirst() }

    /// Takes the first, if it need not be waited for; while it must be, none behind it comes before it.
    mutating func takeEncoded() -> Unwritten? { batches.first?.isEncoded == true ? batches.popFirst() : nil }

    /// Gives all of them up.
    mutating func drop() -> [Unwritten] {
        defer { batches = [] }
        return Array(batches)
    }
}
