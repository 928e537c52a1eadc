import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
public import Telemetry

/// Asks a running daemon over its HTTP address.
public struct DaemonClient: Sendable {
    /// Why the daemon gave no usable answer.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// Nobody answers there.
        case unreachable(String)
        /// Somebody answers, but not as a daemon of this kind does.
        case foreign(String)
        /// The daemon does not do what was asked for, and says why.
        case refused(String)

        /// What happened, for a person.
        public var description: String {
            switch self {
            case .unreachable(let text), .foreign(let text), .refused(let text): text
            }
        }
    }

    /// One for the process: it is never shut down. A refused connection is an answer, and not tried again.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        // One loop: the pool of connections ends the process where one is closed while another loop still tells of it.
        return HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton.next()),
            configuration: configuration
        )
    }()

    /// No report is larger, bytes.
    private static let largest = 64 << 20

    /// The daemon's root, without a slash at its end.
    public let url: String
    private let timeout: TimeAmount

    /// - Parameters:
    ///   - url: the daemon's root, such as `http://127.0.0.1:8080`.
    ///   - timeout: the longest that an answer may take.
    public init(url: String, timeout: Duration = .seconds(10)) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.timeout = .milliseconds(
            timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
        )
    }

    /// What the daemon says of itself.
    public func status() async throws(Failure) -> StatusReport {
        try decoded(try await ask(.GET, "/status"), "/status")
    }

    /// All clusters, the heaviest first.
    public func clusters() async throws(Failure) -> [StatusReport.Cluster] {
        try decoded(try await ask(.GET, "/clusters"), "/clusters")
    }

    /// Asks for a reclustering.
    ///
    /// - Returns: the daemon's own words.
    public func recluster() async throws(Failure) -> String {
        let answer = try await ask(.POST, "/recluster")
        let said = (try? JSONDecoder().decode(Said.self, from: answer.body))?.detail
        guard let said else { throw foreign("/recluster", "status \(answer.status)") }
        guard answer.status == 202 else { throw .refused(said) }
        return said
    }

    /// Tells the daemon what a cluster is.
    ///
    /// - Returns: the daemon's own words.
    public func feedback(_ feedback: ClusterFeedback) async throws(Failure) -> String {
        let body: Data
        do { body = try JSONEncoder().encode(feedback) } catch { throw foreign("/feedback", "\(error)") }
        let answer = try await ask(.POST, "/feedback", body: body)
        let said = (try? JSONDecoder().decode(Said.self, from: answer.body))?.detail
        guard let said else { throw foreign("/feedback", "status \(answer.status)") }
        guard answer.status == 200 else { throw .refused(said) }
        return said
    }

    private struct Said: Decodable { var detail: String }

    private struct Answer {
        var status: Int
        var body: Data
    }

    private func decoded<Value: Decodable>(_ answer: Answer, _ path: String) throws(Failure) -> Value {
        guard answer.status == 200 else { throw foreign(path, "status \(answer.status)") }
        do {
            return try StatusJSON.decode(Value.self, from: answer.body)
        } catch {
            throw foreign(path, "something that is no report")
        }
    }

    private func foreign(_ path: String, _ found: String) -> Failure {
        .foreign("\(url)\(path) answers with \(found); is a centroidd of this version there?")
    }

    private func ask(_ method: HTTPMethod, _ path: String, body: Data? = nil) async throws(Failure) -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers = ["accept": "application/json", "user-agent": "centroidd"]
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            let response = try await Self.http.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: Self.largest)
            return Answer(status: Int(response.status.code), body: Data(body.readableBytesView))
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw .unreachable("\(url) does not answer within \(timeout.nanoseconds / 1_000_000_000) s")
        } catch {
            throw .unreachable("no daemon can be reached at \(url): \(Self.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the host \(error.host) is unknown"
        default: "\(error)"
        }
    }
}
