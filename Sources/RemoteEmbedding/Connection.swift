import AsyncHTTPClient
import Dispatch
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One server's connections; blocking calls for threads that may block.
final class Connection: Sendable {
    /// What came back.
    enum Reply {
        case answer(status: Int, retryAfter: String?, body: Data)
        case none(Verdict.EmbeddingFault, String)
    }

    private typealias Request = HTTPClient.Task<HTTPClient.Response>

    private struct UnderWay {
        var next = 0
        var requests: [Int: Request] = [:]
        var isOver = false
    }

    private let client: HTTPClient
    private let underWay = Mutex(UnderWay())
    private let timeout: TimeAmount
    private let key: String?

    init(timeout: Duration, concurrency: Int, key: String?) {
        let nanoseconds = timeout.components.seconds * 1_000_000_000 + timeout.components.attoseconds / 1_000_000_000
        self.timeout = .nanoseconds(nanoseconds)
        self.key = key
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = min(self.timeout, .seconds(10))
        // A refused connection is an answer: trying again is the caller's, who also says so.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        // One loop for requests and connections: an answer that comes before its request is all sent must not be told
        // from another loop, after the server has closed the connection (the pool ends the process then). It only moves
        // bytes.
        client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton.next()),
            configuration: configuration
        )
    }

    deinit { client.shutdown(queue: .global()) { _ in } }

    /// Posts JSON and waits for the whole answer, at most `largest` bytes of it.
    func post(_ body: Data, to url: String, largest: Int) -> Reply {
        send(.POST, url, body: .bytes(body), largest: largest)
    }

    /// Gets a document.
    func get(_ url: String) -> Reply { send(.GET, url, body: nil, largest: 1 << 20) }

    /// Gives up all requests that are under way, and all that are yet to come.
    func cancel() {
        let requests = underWay.withLock { state in
            state.isOver = true
            return Array(state.requests.values)
        }
        for request in requests { request.cancel() }
    }

    private func wait(for request: Request) throws -> HTTPClient.Response {
        let (number, isOver) = underWay.withLock { state in
            state.next += 1
            state.requests[state.next] = request
            return (state.next, state.isOver)
        }
        if isOver { request.cancel() }
        defer { underWay.withLock { _ = $0.requests.removeValue(forKey: number) } }
        return try request.wait()
    }

    private func send(_ method: HTTPMethod, _ url: String, body: HTTPClient.Body?, largest: Int) -> Reply {
        var headers = HTTPHeaders([("accept", "application/json"), ("user-agent", "centroidd")])
        if body != nil { headers.add(name: "content-type", value: "application/json") }
        if let key { headers.add(name: "authorization", value: "Bearer \(key)") }
        do {
            let request = try HTTPClient.Request(url: url, method: method, headers: headers, body: body)
            let accumulator = ResponseAccumulator(request: request, maxBodySize: largest)
            let response = try wait(
                for: client.execute(request: request, delegate: accumulator, deadline: .now() + timeout)
            )
            return .answer(
                status: Int(response.status.code),
                retryAfter: response.headers.first(name: "retry-after"),
                body: response.body.map { Data($0.readableBytesView) } ?? Data()
            )
        } catch let error as HTTPClientError {
            let isTime = [
                .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
                .getConnectionFromPoolTimeout,
            ].contains(error)
            return .none(isTime ? .timeout : .connection, isTime ? "no answer in time" : error.shortDescription)
        } catch let error as ResponseAccumulator.ResponseTooBigError {
            return .none(.badAnswer, "an answer of more than \(error.maxBodySize) bytes")
        } catch {
            return .none(.connection, Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) }
                ?? (error.dnsAError == nil && error.dnsAAAAError == nil
                    ? "\(error)" : "the host \(error.host) is unknown")
        default: "\(error)"
        }
    }
}
