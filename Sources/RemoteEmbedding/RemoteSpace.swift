public import Embedding
import Foundation
public import Kernels
import Synchronization
public import Telemetry

/// Text or images as the vectors of an HTTP server: OpenAI-compatible, or text-embeddings-inference.
///
/// A lane blocks while the server works or is away, so the stages before it fill up and reading pauses. A vector is never
/// guessed: half an answer, one in the wrong order or of another dimension is asked for again or ends in an error.
public struct RemoteSpace: WaitingSpace, RememberingSpace {
    /// How a server stands.
    public struct Standing: Sendable, Equatable {
        /// Where requests go.
        public var url: String
        /// The protocol; nil while it is not known.
        public var api: RemoteOptions.API?
        /// What went wrong last, while the server does not answer.
        public var problem: String?
        /// Requests sent.
        public var requests: Int
        /// Requests that were tried again.
        public var retries: Int
        /// Inputs that were refused.
        public var refused: Int
        /// Seconds that an answer takes on average; nil before the first.
        public var meanSeconds: Double?
    }

    /// The vectors' dimension; 0 until it is known.
    public var dimension: Int { server.current.dimension ?? 0 }
    /// The metric; under cosine vectors are made unit length.
    public let metric: Metric
    /// The model's name, or the address where it has none, what is sent, and the metric.
    public let identity: String
    private let server: RemoteServer
    private let memory = SharedMemory()

    /// What the lanes share, once the dimension is known.
    private final class SharedMemory: Sendable {
        let memory = Mutex<LaneMemory?>(nil)
    }

    /// A space that has not asked its server for anything yet.
    ///
    /// - Throws: ``EmbeddingInterruption/misconfigured(_:)`` where the address is none.
    public init(_ options: RemoteOptions, sink: EventSink? = nil) throws(EmbeddingInterruption) {
        guard let url = URL(string: options.url), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false
        else {
            throw .misconfigured("\"\(options.url)\" is no address of a server; expected such as http://localhost:8080")
        }
        server = RemoteServer(options, sink: sink)
        metric = options.metric
        var names = ["remote", options.model ?? options.url, options.input.rawValue, metric.rawValue]
        if options.input == .text {
            if let prefix = options.prefix, !prefix.isEmpty { names.append("prefix=\(prefix)") }
            if options.masks { names.append("masked") }
        }
        identity = names.joined(separator: ":")
    }

    /// What stands for any input.
    private static func sample(_ options: RemoteOptions) -> String {
        guard options.input == .image else { return "a sentence" }
        return options.imageForm == .dataURL ? ImageFile.sample.dataURL : ImageFile.sample.base64
    }

    /// Asks the server for the dimension where it is not given, until there is an answer. Where it is given, asks once
    /// whether it is the right one; a server that is away is nothing to wait for then.
    public func prepare() throws(EmbeddingInterruption) {
        let sample = Self.sample(server.options)
        if server.options.dimension != nil {
            _ = try server.answersOnce(sample)
            return
        }
        while server.current.dimension == nil {
            switch try server.ask([sample]) {
            case .vectors: return
            case .refused(let message): throw .misconfigured("\(server.address): \(message)")
            case .garbled(let message):
                guard server.options.waits else { throw .unreachable("\(server.address): \(message)") }
                server.lost(message)
                try server.pause(server.options.retries + 1, .badAnswer, message)
            }
        }
    }

    /// Asks the server for the vector of a sample, once and for all that is tried again.
    ///
    /// - Returns: seconds that the answer took.
    /// - Throws: what the pipeline would end with.
    public func probe() throws(EmbeddingInterruption) -> Double {
        let start = ContinuousClock.now
        switch try server.ask([Self.sample(server.options)]) {
        case .vectors: return (ContinuousClock.now - start) / .seconds(1)
        case .refused(let message), .garbled(let message): throw .misconfigured("\(server.address): \(message)")
        }
    }

    /// How the server stands.
    public var standing: Standing {
        let state = server.current
        return Standing(
            url: server.address,
            api: state.api,
            problem: state.problem,
            requests: state.requests,
            retries: state.retries,
            refused: state.refused,
            meanSeconds: state.answers == 0 ? nil : state.answerSeconds / Double(state.answers)
        )
    }

    /// What the cache has done so far.
    public var statistics: CacheStatistics { memory.memory.withLock { $0?.statistics } ?? CacheStatistics() }

    /// Takes text that is not empty, or an image: its bytes, their base64, or a `data:` URL.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        switch server.options.input {
        case .image: return .image(try ImageFile.encoded(value))
        case .text:
            guard case .text(let text) = value else {
                throw InputRejection(.wrongType, "found no text; expected text")
            }
            guard !text.isEmpty else {
                throw InputRejection(.empty, "the text is empty; expected at least a character")
            }
            return .text(text)
        }
    }

    /// A lane that shares the server and the cache with the others.
    public func makeLane() -> any EmbeddingLane {
        let (options, dimension) = (server.options, dimension)
        let shared = memory.memory.withLock { memory in
            let shared =
                memory
                ?? LaneMemory(
                    bytes: options.cacheBytes,
                    dimension: dimension,
                    masks: options.masks && options.input == .text
                )
            memory = shared
            return shared
        }
        return shared.lane(
            over: RemoteLane(
                server: server,
                dimension: dimension,
                unit: metric == .cosine,
                sample: Self.sample(options)
            )
        )
    }

    /// Lanes give up on a server that does not answer.
    public func stopWaiting() { server.stopWaiting() }
}
