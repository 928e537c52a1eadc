import Dispatch
import Embedding
import Foundation
import Synchronization
import Telemetry

/// An embedding server as all lanes share it: asks, tries again, and knows how it stands.
final class RemoteServer: Sendable {
    struct State: Sendable {
        var api: RemoteOptions.API?
        var dimension: Int?
        /// Most inputs that the server takes at a time, as far as known.
        var batch: Int
        var lostSince: ContinuousClock.Instant?
        var problem: String?
        var requests = 0
        var answers = 0
        var retries = 0
        var refused = 0
        var answerSeconds = 0.0
    }

    /// An answer that settles something.
    enum Outcome {
        case vectors([[Float]])
        /// The server refuses these inputs.
        case refused(String)
        /// The server answers, but cannot be understood.
        case garbled(String)
    }

    let options: RemoteOptions
    private let connection: Connection
    private let gate: DispatchSemaphore
    private let patience = Patience()
    private let sink: EventSink?
    private let state: Mutex<State>

    init(_ options: RemoteOptions, sink: EventSink?) {
        self.options = options
        self.sink = sink
        connection = Connection(timeout: options.timeout, concurrency: options.concurrency, key: options.key)
        gate = DispatchSemaphore(value: max(1, options.concurrency))
        let api = options.api ?? Endpoint.api(of: options.url)
        state = Mutex(State(api: api, dimension: options.dimension, batch: max(1, options.batch)))
        sink?.metrics.set(.remoteUp, to: 1)
    }

    /// How it stands.
    var current: State { state.withLock { $0 } }

    /// Nobody waits any more. What is under way is finished, unless the server is known to be away or has never answered.
    func stopWaiting() {
        patience.end()
        let state = current
        if state.problem != nil || state.answers == 0 { connection.cancel() }
    }

    /// Asks once for the vector of `sample`; whether the server answered.
    ///
    /// - Throws: where it answers, and not as it was configured.
    func answersOnce(_ sample: String) throws(EmbeddingInterruption) -> Bool {
        switch tryOnce([sample]) {
        case .vectors: return true
        case .fault: return false
        case .refused(let message): throw .misconfigured("\(address): \(message)")
        case .denied(let fault, let message): throw denied(fault, message)
        case .otherDimension(let found): throw .misconfigured(otherDimension(found))
        }
    }

    /// Asks until the server says something definite about `inputs`.
    ///
    /// Answers are garbled where one try after another gave an unreadable one, the retries included: a busy server
    /// between them says that it is the server, and not the inputs.
    func ask(_ inputs: [String]) throws(EmbeddingInterruption) -> Outcome {
        var attempt = 0
        var unreadable = 0
        while true {
            // One try is due even to what is in flight at the end, unless the server is known to be away.
            if patience.ended, attempt > 0 || current.problem != nil { throw .stopped(gaveUp(current.problem)) }
            switch tryOnce(inputs) {
            case .vectors(let rows):
                found()
                return .vectors(rows)
            case .refused(let message):
                found()
                return .refused(message)
            case .denied(let fault, let message):
                throw denied(fault, message)
            case .otherDimension(let found): throw .misconfigured(otherDimension(found))
            case .fault(let fault, let message, let asked):
                attempt += 1
                unreadable = fault == .badAnswer ? unreadable + 1 : 0
                if unreadable > options.retries { return .garbled(message) }
                if attempt > options.retries {
                    lost(message)
                    guard options.waits else { throw .unreachable(gaveUp(message)) }
                }
                try pause(attempt, fault, message, asked)
            }
        }
    }

    /// Waits before the next try.
    func pause(
        _ attempt: Int,
        _ fault: Verdict.EmbeddingFault,
        _ message: String,
        _ asked: Double? = nil
    ) throws(EmbeddingInterruption) {
        let wait = options.backoff.wait(attempt: attempt, chance: .random(in: 0..<1), asked: asked)
        state.withLock { $0.retries += 1 }
        sink?.emit(
            RemoteRetried(url: address, outcome: fault.rawValue, message: message, attempt: attempt, wait: wait)
        )
        guard patience.wait(wait) else { throw .stopped(gaveUp(message)) }
    }

    private func tryOnce(_ inputs: [String]) -> Verdict {
        gate.wait()
        defer { gate.signal() }
        let start = ContinuousClock.now
        let verdict = request(inputs)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let outcome: String
        switch verdict {
        case .vectors(let rows):
            outcome = "ok"
            state.withLock {
                $0.answers += 1
                $0.answerSeconds += seconds
                $0.dimension = $0.dimension ?? rows.first?.count
            }
        case .refused: outcome = "refused"
        case .otherDimension: outcome = Verdict.EmbeddingFault.dimension.rawValue
        case .denied(let fault, _), .fault(let fault, _, _): outcome = fault.rawValue
        }
        state.withLock { $0.requests += 1 }
        sink?.emit(RemoteAnswered(outcome: outcome, inputs: inputs.count, seconds: seconds))
        return verdict
    }

    private func request(_ inputs: [String]) -> Verdict {
        guard let api = current.api else { return discover(then: inputs) }
        let wire = Wire(api: api, model: options.model, input: options.input)
        guard let body = try? wire.body(inputs) else { return .refused("the inputs are no text") }
        let dimension = current.dimension
        // A number takes at most about 25 characters.
        let largest = (1 << 20) + inputs.count * (dimension ?? EmbeddingOptions.largestDimension) * 32
        switch connection.post(body, to: Endpoint.address(options.url, api), largest: largest) {
        case .none(let fault, let message): return .fault(fault, message, asked: nil)
        case .answer(let status, let retryAfter, let body):
            return Verdict.judge(
                status: status,
                retryAfter: retryAfter,
                body: body,
                wire: wire,
                count: inputs.count,
                dimension: dimension,
                now: Date()
            )
        }
    }

    /// Finds the protocol out, then asks.
    private func discover(then inputs: [String]) -> Verdict {
        switch connection.get(Endpoint.info(options.url)) {
        case .none(let fault, let message): return .fault(fault, message, asked: nil)
        case .answer(let status, let retryAfter, let body):
            if status == 429 || status >= 500 {
                let asked = Backoff.retryAfter(retryAfter, now: Date())
                return .fault(.serverError, "status \(status): \(ServerMessage.read(body))", asked: asked)
            }
            let limit = status == 200 ? Endpoint.batchLimit(info: body) : nil
            state.withLock {
                $0.api = limit == nil ? .openAI : .textEmbeddingsInference
                $0.batch = min($0.batch, max(1, limit ?? $0.batch))
            }
            return request(inputs)
        }
    }

    /// Where requests go.
    var address: String { Endpoint.address(options.url, current.api ?? .openAI) }

    private func denied(_ fault: Verdict.EmbeddingFault, _ message: String) -> EmbeddingInterruption {
        let text = "\(address): \(message)"
        return fault == .unauthorised ? .unauthorised(text) : .misconfigured(text)
    }

    private func otherDimension(_ found: Int) -> String {
        let mend =
            options.dimension.map { "`space.dimension` is \($0): set it to \(found), or name another model" }
            ?? "they had \(current.dimension ?? 0) when this process began: another model is served now"
        return "\(address): the vectors have \(found) numbers; \(mend)"
    }

    private func gaveUp(_ message: String?) -> String {
        "the embedding server \(address) does not answer (\(message ?? "asked to stop"))"
            + (options.waits ? "; records that wait for it are read again at the next start" : "")
    }

    private func found() {
        let since = state.withLock { state -> ContinuousClock.Instant? in
            defer {
                state.lostSince = nil
                state.problem = nil
            }
            return state.lostSince
        }
        guard let since else { return }
        // Whoever waits for the next try need wait no longer.
        patience.wake()
        sink?.emit(RemoteChanged(url: address, problem: nil, seconds: (ContinuousClock.now - since) / .seconds(1)))
    }

    /// The server counts as lost until it answers.
    func lost(_ message: String) {
        let isNews = state.withLock { state in
            defer {
                state.lostSince = state.lostSince ?? .now
                state.problem = message
            }
            return state.lostSince == nil
        }
        if isNews { sink?.emit(RemoteChanged(url: address, problem: message)) }
    }

    /// `count` inputs at once were too many.
    func learnBatch(below count: Int) {
        state.withLock { $0.batch = max(1, min($0.batch, count)) }
    }

    func countRefused(_ count: Int) { state.withLock { $0.refused += count } }
}
