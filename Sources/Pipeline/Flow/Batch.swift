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

/// The entity that a row is about.
struct EntityRow: Sendable {
    /// The entity's name.
    var key: [UInt8]
    /// The event's time, in milliseconds since 1970; nil where it has none.
    var time: Int64?
    /// The figures that were embedded, one for each aggregate.
    var figures: [Double?]
    /// Whether the row teaches the model.
    var teaches: Bool
    /// Whether it was read before.
    var isRepeated: Bool
}

/// A batch whose good records have been embedded.
struct EmbeddedBatch: Sendable {
    /// What became of one record.
    enum Outcome: Sendable {
        /// Embedded into this row of ``EmbeddedBatch/vectors``.
        case row(Int)
        /// An event of sessions, which has no row of its own.
        case absorbed
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
    /// What the rows' records say beside their texts; empty where nothing of it is kept.
    var contexts: [RecordContext] = []
    /// `rows × dimension`; where there are ``places``, the different vectors.
    var vectors: Matrix
    /// Which of the vectors each row has; nil where every row has its own.
    var places: [Int]?
    /// Where lines of logs are clustered: the template of each row, once they are mined.
    var lines: [MinedLine] = []
    /// Where entities are clustered: the event of each row, not yet embedded.
    var events: [EntityEvent] = []
    /// Where entities are clustered: what each row is about, once it is embedded.
    var entities: [EntityRow] = []

    /// Where sessions are clustered: what each record says of them.
    var sessionEvents: [SessionEvent] = []
    /// Where sessions are clustered: those that ended, a row each.
    var sessions: [ClosedSession] = []

    /// Lets rows of one place, whose texts have the same bytes, have the same text: it is kept once, and compared at once.
    mutating func shareTexts() {
        guard let places else { return }
        var firsts = [Int](repeating: -1, count: vectors.rows)
        for (row, place) in places.enumerated() {
            if firsts[place] < 0 { firsts[place] = row } else { texts[row] = texts[firsts[place]] }
        }
    }

    /// Takes rows out that were refused after all.
    mutating func refuse(_ refusals: [Int: InputRejection]) {
        let kept = (0..<vectors.rows).filter { refusals[$0] == nil }
        var places: [Int: Int] = [:]
        for (place, row) in kept.enumerated() { places[row] = place }
        outcomes = outcomes.map { outcome in
            guard case .row(let row) = outcome else { return outcome }
            return refusals[row].map { .rejected($0) } ?? places[row].map { .row($0) } ?? outcome
        }
        texts = kept.map { texts[$0] }
        words = kept.map { words[$0] }
        if !contexts.isEmpty { contexts = kept.map { contexts[$0] } }
        vectors = Matrix(columns: vectors.columns, storage: kept.flatMap { vectors[row: $0] })
    }
}

/// What goes from the lanes to the publisher, in sequence.
enum PublishItem: Sendable {
    case batch(EmbeddedBatch)
    /// A batch that could not be embedded, through no fault of its records: nothing of it or behind it is published.
    case abandoned(Batch, EmbeddingInterruption)
    /// Everything before it has been published when this is reached; `action` runs on the publisher's queue.
    case barrier(@Sendable () -> Void)
}
