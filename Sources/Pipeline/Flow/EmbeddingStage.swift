import DequeModule
import Dispatch
import Embedding
import Kernels
import Streams
import Synchronization
import Telemetry

/// Decodes and embeds batches on serial lanes, a queue per core, and hands them to the sequencer.
///
/// A lane that is done takes the oldest batch that nobody has begun: the stages after this one, and whatever else runs on the
/// machine, slow down now one lane and now another, and the others must not wait for it.
///
/// Lanes are serial queues and not one concurrent queue: each owns its scratch memory, and on two cores a concurrent
/// queue was seen to fall back to a single worker.
final class EmbeddingStage: Sendable {
    private final class Lane: Sendable {
        let queue: DispatchQueue
        let embedder: Mutex<any EmbeddingLane>

        init(index: Int, space: any Space) {
            queue = DispatchQueue(label: "centroidd.embed.\(index)", qos: .userInitiated)
            embedder = Mutex(space.makeLane())
        }
    }

    /// What is to be done, and who could do it.
    private struct Work {
        var batches: Deque<Batch> = []
        var idle: [Int]
    }

    private let lanes: [Lane]
    private let work: Mutex<Work>
    private let decoder: RecordDecoder
    private let events: EventDecoder?
    private let sessions: SessionDecoder?
    private let dimension: Int
    /// Lines of logs are only decoded: templates are found in order, by the publisher.
    private let isMined: Bool
    private let sequencer: Sequencer
    private let sink: EventSink
    private let embedded: @Sendable (_ records: Int, _ seconds: Double) -> Void

    /// Where `events` is given, records are only decoded: entities are embedded in order, by the publisher.
    /// `embedded` is told how long each batch took.
    init(
        space: any Space,
        decoder: RecordDecoder,
        events: EventDecoder? = nil,
        sessions: SessionDecoder? = nil,
        lanes: Int,
        sequencer: Sequencer,
        sink: EventSink,
        embedded: @escaping @Sendable (_ records: Int, _ seconds: Double) -> Void = { _, _ in }
    ) {
        self.sink = sink
        self.embedded = embedded
        self.events = events
        self.sessions = sessions
        self.lanes = (0..<max(1, lanes)).map { Lane(index: $0, space: space) }
        work = Mutex(Work(idle: Array(0..<max(1, lanes))))
        self.decoder = decoder
        self.dimension = space.dimension
        isMined = space.isMined
        self.sequencer = sequencer
    }

    /// Gives a batch to a lane that has nothing to do, or to the one that is done first.
    func submit(_ batch: Batch) {
        let idle = work.withLock { work in
            work.batches.append(batch)
            return work.idle.popLast()
        }
        guard let idle else { return }
        lanes[idle].queue.async { [self] in workOff(on: idle) }
    }

    /// Embeds batch after batch on a lane until none is left.
    private func workOff(on index: Int) {
        let lane = lanes[index]
        dispatchPrecondition(condition: .onQueue(lane.queue))
        while let batch = nextBatch(for: index) {
            let start = ContinuousClock.now
            let item = lane.embedder.withLock { embedder -> PublishItem in
                let before = embedder.tokens
                do throws(EmbeddingInterruption) {
                    let result = try embed(batch, with: embedder)
                    let seconds = (ContinuousClock.now - start).seconds
                    let tokens = embedder.tokens - before
                    sink.emit(BatchEmbedded(records: batch.records.count, tokens: tokens, seconds: seconds))
                    self.embedded(batch.records.count, seconds)
                    return .batch(result)
                } catch {
                    return .abandoned(batch, error)
                }
            }
            sequencer.complete(batch.sequence, item)
        }
    }

    /// The oldest batch that was not begun; where there is none, the lane is idle from now on.
    private func nextBatch(for lane: Int) -> Batch? {
        work.withLock { work in
            if let batch = work.batches.popFirst() { return batch }
            work.idle.append(lane)
            return nil
        }
    }

    private func embed(
        _ batch: Batch,
        with lane: any EmbeddingLane
    ) throws(EmbeddingInterruption) -> EmbeddedBatch {
        if let events { return decode(batch, with: events) }
        var outcomes: [EmbeddedBatch.Outcome] = []
        outcomes.reserveCapacity(batch.records.count)
        var inputs: [SpaceInput] = []
        inputs.reserveCapacity(batch.records.count)
        var texts: [String?] = []
        texts.reserveCapacity(batch.records.count)
        var words: [[String]] = []
        var contexts: [RecordContext] = []
        var sessionEvents: [SessionEvent] = []
        for record in batch.records {
            switch decode(record, &sessionEvents) {
            case .success(let (input, context)):
                if let context { contexts.append(context) }
                outcomes.append(.row(inputs.count))
                texts.append(input.speakingText)
                words.append(input.words)
                inputs.append(input)
            case .failure(let rejection):
                outcomes.append(.rejected(rejection))
            }
        }
        var embedded = EmbeddedBatch(
            batch: batch,
            outcomes: outcomes,
            texts: texts,
            words: words,
            vectors: Matrix(rows: 0, columns: dimension)
        )
        embedded.contexts = contexts
        embedded.sessionEvents = sessionEvents
        guard !inputs.isEmpty, !isMined else { return embedded }
        let answer = try lane.embedRepeated(inputs)
        embedded.vectors = answer.distinct.vectors
        embedded.places = answer.places
        if answer.haveSameBytes { embedded.shareTexts() }
        if !answer.distinct.refusals.isEmpty {
            let each = answer.each
            embedded.vectors = each.vectors
            embedded.places = nil
            embedded.refuse(each.refusals)
        }
        return embedded
    }

    /// A record's input; where sessions are clustered, and the record can be used, its event goes with it.
    private func decode(
        _ record: Record,
        _ events: inout [SessionEvent]
    ) -> Result<(input: SpaceInput, context: RecordContext?), InputRejection> {
        let decoded = decoder.decodeWithContext(record)
        guard let sessions, case .success((.text(let line), _)) = decoded else { return decoded }
        return sessions.decode(record, line: line).flatMap { event in
            events.append(event)
            return decoded
        }
    }

    private func decode(_ batch: Batch, with decoder: EventDecoder) -> EmbeddedBatch {
        var decoded = EmbeddedBatch(
            batch: batch,
            outcomes: [],
            texts: [],
            vectors: Matrix(rows: 0, columns: dimension)
        )
        for record in batch.records {
            switch decoder.decode(record) {
            case .success(let event):
                decoded.outcomes.append(.row(decoded.events.count))
                decoded.events.append(event)
            case .failure(let rejection): decoded.outcomes.append(.rejected(rejection))
            }
        }
        return decoded
    }
}
