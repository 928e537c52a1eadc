import Dispatch
import Embedding
import Kernels
import Streams

/// Records on their way through the stages, in the order in which they were read.
struct Batch: Sendable {
    /// Position in the reader's sequence; the publisher sees batches in this order.
    var sequence: UInt64
    /// The assignment epoch in which the records were read; older epochs are dropped after a rewind.
    var epoch: UInt64
    /// The records.
    var records: [Record]
    /// Bytes taken from the flow budget.
    var footprint: Int
}

/// A batch whose good records have been embedded.
struct EmbeddedBatch: Sendable {
    /// What became of one record.
    enum Outcome: Sendable {
        /// Embedded into this row of ``EmbeddedBatch/vectors``.
        case row(Int)
        /// Not embeddable, and why.
        case rejected(InputRejection)
    }

    var batch: Batch
    /// One outcome per record, in order.
    var outcomes: [Outcome]
    /// The texts of the rows, for labels and samples; nil for ready-made vectors.
    var texts: [String?]
    /// The words of the rows' category fields; empty where there are none.
    var words: [[String]] = []
    /// `rows × dimension`.
    var vectors: Matrix
}

/// What goes from the lanes to the publisher, in sequence.
enum PublishItem: Sendable {
    case batch(EmbeddedBatch)
    /// Everything before it has been published when this is reached; `action` runs on the publisher's queue.
    case barrier(@Sendable () -> Void)
}
