import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A small embedding server that speaks both protocols, well or badly as it is told.
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
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.post("/embed") { request, _ in try await self.answer(request, openAI: false) }
        router.post("/v1/embeddings") { request, _ in try await self.answer(request, openAI: true) }
        router.get("/info") { _, _ in
            self.info.map { Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: $0))) }
                ?? Response(status: .notFound)
        }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "server") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            var iterator = ports.makeAsyncIterator()
            return try await body("http://127.0.0.1:\(await iterator.next() ?? 0)")
        }
    }

    private func answer(_ request: Request, openAI: Bool) async throws -> Response {
        busy.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        defer { busy.withLock { $0.now -= 1 } }
        let body = String(buffer: try await request.body.collect(upTo: 16 << 20))
        let document = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        let inputs = document?[openAI ? "input" : "inputs"] as? [String] ?? []
        asked.withLock {
            $0.append(
                Asked(
                    path: request.uri.path,
                    inputs: inputs,
                    authorization: request.headers[.authorization],
                    body: body
                )
            )
        }
        let reply = script.withLock { $0.isEmpty ? nil : $0.removeFirst() } ?? rule(inputs)
        return try await respond(reply, inputs, openAI)
    }

    private func respond(_ reply: Reply, _ inputs: [String], _ openAI: Bool) async throws -> Response {
        var rows = inputs.enumerated().map { (index: $0.offset, vector: Self.vector(of: $0.element)) }
        switch reply {
        case .vectors: break
        case .reversed: rows.reverse()
        case .half: rows.removeLast()
        case .indexTwice: rows = rows.map { (0, $0.vector) }
        case .longer: rows = rows.map { ($0.index, $0.vector + [1]) }
        case .ragged: if let last = rows.popLast() { rows.append((last.index, last.vector + [1])) }
        case .zero: rows = rows.map { ($0.index, $0.vector.map { _ in 0 }) }
        case .slow(let duration): try await Task.sleep(for: duration)
        case .hang(let duration):
            try await Task.sleep(for: duration)
            return Response(status: .internalServerError)
        case .text(let text): return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: text)))
        case .status(let code, let retryAfter, let message):
            var headers = HTTPFields()
            headers[.retryAfter] = retryAfter
            let text = openAI ? #"{"error":{"message":"\#(message)"}}"# : #"{"error":"\#(message)","error_type":"x"}"#
            return Response(
                status: .init(code: code),
                headers: headers,
                body: .init(byteBuffer: ByteBuffer(string: text))
            )
        }
        let object: Any =
            openAI
            ? ["object": "list", "data": rows.map { ["index": $0.index, "embedding": $0.vector.map(Double.init)] }]
            : rows.map { $0.vector.map(Double.init) }
        let data = try JSONSerialization.data(withJSONObject: object)
        return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}
