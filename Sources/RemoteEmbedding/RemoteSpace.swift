public import Embedding
import Foundation
public import Kernels
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

    /// The server's dimension.
    public let dimension: Int
    /// The metric; under cosine vectors are made unit length.
    public let metric: Metric
    /// The model's name, or the address where it has none, what is sent, and the metric.
    public let identity: String
    private let server: RemoteServer
    private let memory: LaneMemory

    /// A space whose dimension is given, or asked for: then this blocks until the server answers.
    ///
    /// - Throws: ``EmbeddingInterruption`` where the dimension is not given and the server does not say it, or where the
    ///   address is none.
    public init(_ options: RemoteOptions, sink: EventSink? = nil) throws(EmbeddingInterruption) {
        guard let url = URL(string: options.url), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false
        else {
            throw .misconfigured("\"\(options.url)\" is no address of a server; expected such as http://localhost:8080")
        }
        server = RemoteServer(options, sink: sink)
        dimension = if let dimension = options.dimension { dimension } else { try Self.askDimension(server) }
        metric = options.metric
        identity = "remote:\(options.model ?? options.url):\(options.input.rawValue):\(metric.rawValue)"
        memory = LaneMemory(bytes: options.cacheBytes, dimension: dimension)
    }

    /// What stands for any input.
    private static func sample(_ options: RemoteOptions) -> String {
        guard options.input == .image else { return "a sentence" }
        return options.imageForm == .dataURL ? ImageFile.sample.dataURL : ImageFile.sample.base64
    }

    private static func askDimension(_ server: RemoteServer) throws(EmbeddingInterruption) -> Int {
        while true {
            switch try server.ask([sample(server.options)]) {
            case .vectors(let rows): return rows[0].count
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
    public var statistics: CacheStatistics { memory.statistics }

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
        memory.lane(
            over: RemoteLane(
                server: server,
                dimension: dimension,
                unit: metric == .cosine,
                sample: Self.sample(server.options)
            )
        )
    }

    /// Lanes give up on a server that does not answer.
    public func stopWaiting() { server.stopWaiting() }
}
