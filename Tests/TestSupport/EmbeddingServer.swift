import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small embedding server that speaks both protocols, well or badly as it is told. It answers from threads of its own,
/// however busy those of the tests are.
package final class EmbeddingServer: Sendable {
    /// How a request is answered.
    package enum Reply: Sendable {
        /// As it should be.
        case vectors
        /// The same from the last to the first; the protocol's indices say so.
        case reversed
        /// One vector less.
        case half
        /// The first index twice.
        case indexTwice
        /// Vectors with one element more.
        case longer
        /// The last vector with one element more.
        case ragged
        /// A vector without length.
        case zero
        /// An error.
        case status(Int, retryAfter: String? = nil, message: String = "no")
        /// Status 200 and something else.
        case text(String)
        /// Nothing for so long.
        case hang(Duration)
        /// As it should be, after a while.
        case slow(Duration)
    }

    /// What was asked.
    package struct Asked: Sendable {
        package var path: String
        package var inputs: [String]
        package var authorization: String?
        package var body: String
    }

    /// Elements of its vectors.
    package static let dimension = 8

    private let asked = Mutex<[Asked]>([])
    private let busy = Mutex<(now: Int, most: Int)>((0, 0))
    private let connections = Mutex<[ObjectIdentifier: any Channel]>([:])
    private let script: Mutex<[Reply]>
    private let rule: @Sendable ([String]) -> Reply
    private let info: String?

    /// Answers by `script` first, and then by `rule`; `info` is what `GET /info` says.
    package init(
        _ script: [Reply] = [],
        info: String? = nil,
        rule: @escaping @Sendable ([String]) -> Reply = { _ in .vectors }
    ) {
        self.script = Mutex(script)
        self.info = info
        self.rule = rule
    }

    /// All that was asked so far.
    package var requests: [Asked] { asked.withLock { $0 } }
    /// The most requests that were under way at a time.
    package var mostAtOnce: Int { busy.withLock { $0.most } }

    /// The vector of an input: not of unit length.
    package static func vector(of input: String) -> [Float] {
        var vector = [Float](repeating: 0.25, count: dimension)
        for (index, byte) in input.utf8.enumerated() { vector[index % dimension] += Float(byte % 31) }
        return vector
    }

    /// Runs the server for as long as `body` does; its argument is the server's root.
    package func run<Value: Sendable>(port: Int = 0, _ body: @Sendable (String) async throws -> Value) async throws
        -> Value
    {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                self.connections.withLock { $0[ObjectIdentifier(channel)] = channel }
                channel.closeFuture.whenComplete { _ in
                    self.connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(RequestHandler(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body("http://127.0.0.1:\(listener.localAddress?.port ?? 0)"))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        for connection in connections.withLock({ Array($0.values) }) { try? await connection.close() }
        return try result.get()
    }

    /// An answer, and how long it takes.
    fileprivate struct Answer {
        var status = 200
        var retryAfter: String?
        var body = Data()
        var delay = Duration.zero
    }

    fileprivate func answer(_ request: HTTPRequestHead, _ body: String) -> Answer {
        if request.method == .GET {
            return info.map { Answer(body: Data($0.utf8)) } ?? Answer(status: 404)
        }
        let openAI = request.uri == "/v1/embeddings"
        guard openAI || request.uri == "/embed" else { return Answer(status: 404) }
        busy.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        let document = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        let inputs = document?[openAI ? "input" : "inputs"] as? [String] ?? []
        let authorization = request.headers.first(name: "authorization")
        asked.withLock {
            $0.append(Asked(path: request.uri, inputs: inputs, authorization: authorization, body: body))
        }
        let reply = script.withLock { $0.isEmpty ? nil : $0.removeFirst() } ?? rule(inputs)
        return answer(reply, inputs, openAI)
    }

    fileprivate func answered(_ request: HTTPRequestHead) {
        if request.method == .POST { busy.withLock { $0.now -= 1 } }
    }

    private func answer(_ reply: Reply, _ inputs: [String], _ openAI: Bool) -> Answer {
        var rows = inputs.enumerated().map { (index: $0.offset, vector: Self.vector(of: $0.element)) }
        var answer = Answer()
        switch reply {
        case .vectors: break
        case .reversed: rows.reverse()
        case .half: rows.removeLast()
        case .indexTwice: rows = rows.map { (0, $0.vector) }
        case .longer: rows = rows.map { ($0.index, $0.vector + [1]) }
        case .ragged: if let last = rows.popLast() { rows.append((last.index, last.vector + [1])) }
        case .zero: rows = rows.map { ($0.index, $0.vector.map { _ in 0 }) }
        case .slow(let duration): answer.delay = duration
        case .hang(let duration): return Answer(status: 500, delay: duration)
        case .text(let text): return Answer(body: Data(text.utf8))
        case .status(let code, let retryAfter, let message):
            let text = openAI ? #"{"error":{"message":"\#(message)"}}"# : #"{"error":"\#(message)","error_type":"x"}"#
            return Answer(status: code, retryAfter: retryAfter, body: Data(text.utf8))
        }
        let object: Any =
            openAI
            ? ["object": "list", "data": rows.map { ["index": $0.index, "embedding": $0.vector.map(Double.init)] }]
            : rows.map { $0.vector.map(Double.init) }
        answer.body = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
        return answer
    }
}

/// Gathers a request, and answers it when its time has come.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: EmbeddingServer
    private var head: HTTPRequestHead?
    private var body = ""

    init(server: EmbeddingServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, "")
        case .body(let part): body += String(buffer: part)
        case .end:
            guard let head else { return }
            let answer = server.answer(head, body)
            let (server, bound) = (server, NIOLoopBound(context, eventLoop: context.eventLoop))
            let nanoseconds =
                answer.delay.components.seconds * 1_000_000_000
                + answer.delay.components.attoseconds / 1_000_000_000
            context.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) {
                server.answered(head)
                Self.write(answer, head, bound.value)
            }
        }
    }

    private static func write(
        _ answer: EmbeddingServer.Answer,
        _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers: HTTPHeaders = ["content-length": "\(answer.body.count)", "content-type": "application/json"]
        if let retryAfter = answer.retryAfter { headers.add(name: "retry-after", value: retryAfter) }
        let head = HTTPResponseHead(
            version: request.version,
            status: HTTPResponseStatus(statusCode: answer.status),
            headers: headers
        )
        context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
        let buffer = context.channel.allocator.buffer(bytes: answer.body)
        context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(buffer))), promise: nil)
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: nil)
    }
}
