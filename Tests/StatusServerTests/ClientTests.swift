import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ServiceLifecycle
import StatusClient
import Synchronization
import Telemetry
import Testing

@testable import StatusServer

/// The client against the real server, over a socket.
@Suite("A client of a running daemon", .timeLimit(.minutes(20)))
struct ClientTests {
    private let source = SampleSource()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs the server for as long as `body` does.
    private func serving(_ body: @Sendable (String) async throws -> Void) async throws {
        let (bound, continuation) = AsyncStream.makeStream(of: StatusServer.Configuration.self)
        let server = StatusServer(
            configuration: .init(host: "127.0.0.1", port: 0),
            source: source,
            logger: logger
        ) { continuation.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var addresses = bound.makeAsyncIterator()
            let address = try #require(await addresses.next())
            try await body("http://\(address)")
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("reads the report and all clusters as they are")
    func reads() async throws {
        source.change {
            $0.application = "checkout"
            $0.clusters = (1...300).map { .init(id: $0, label: "c\($0)", weight: 1, share: .nan, radius: .infinity) }
        }
        try await serving { (url: String) async throws -> Void in
            // A slash at the end is the same address.
            let client = DaemonClient(url: url + "/", timeout: .seconds(600))
            let report = try await client.status()
            #expect(report.application == "checkout" && report.clusters.count == 300)
            let clusters = try await client.clusters()
            #expect(clusters.map(\.id) == Array(1...300))
            #expect(clusters[0].share.isNaN && clusters[0].radius == .infinity)
        }
    }

    @Test("has the daemon recluster, or is told why not", arguments: ReclusterAnswer.allCases)
    func reclusters(answer: ReclusterAnswer) async throws {
        source.answer.withLock { $0 = answer }
        source.change { $0.state = "draining" }
        try await serving { (url: String) async throws -> Void in
            let client = DaemonClient(url: url, timeout: .seconds(600))
            if answer == .begun {
                #expect(try await client.recluster() == "a reclustering has begun")
                return
            }
            let error = await #expect(throws: DaemonClient.Failure.self) { try await client.recluster() }
            guard case .refused(let text)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.contains(answer == .underWay ? "under way" : "draining"))
        }
    }

    @Test("tells what a cluster is, or is told that there is none")
    func feedback() async throws {
        try await serving { (url: String) async throws -> Void in
            let client = DaemonClient(url: url, timeout: .seconds(600))
            #expect(try await client.feedback(.init(cluster: 17, verdict: .normal)) == "cluster 17: normal")
            #expect(try await client.feedback(.init(cluster: 17, verdict: .none)) == "cluster 17: none")
            let error = await #expect(throws: DaemonClient.Failure.self) {
                try await client.feedback(.init(cluster: 170, verdict: .anomalous))
            }
            #expect(error == .refused("there is no cluster 170"))
        }
        #expect(source.marks.withLock { $0.map(\.verdict) } == [.normal, .none])
    }

    @Test(
        "A body that says nothing of a cluster is refused with an example",
        arguments: ["", "{}", "[1]", #"{"cluster":"x"}"#]
    )
    func malformedFeedback(body: String) async throws {
        let application = Application(router: Routes(source: source).router())
        try await application.test(.router) { client in
            let answer = try await client.execute(uri: "/feedback", method: .post, body: ByteBuffer(string: body))
            #expect(answer.status == .badRequest)
            #expect(String(buffer: answer.body).contains("anomalous"))
            var headers = HTTPFields()
            headers[.origin] = "http://evil.example"
            let foreign = try await client.execute(uri: "/feedback", method: .post, headers: headers)
            #expect(foreign.status == .forbidden)
        }
    }

    @Test("says where nobody answers, and where somebody else does")
    func failures() async throws {
        let nobody = await #expect(throws: DaemonClient.Failure.self) {
            try await DaemonClient(url: "http://127.0.0.1:1", timeout: .seconds(600)).status()
        }
        guard case .unreachable(let text)? = nobody else {
            Issue.record("\(String(describing: nobody))")
            return
        }
        #expect(text.contains("http://127.0.0.1:1"))
        try await serving { (url: String) async throws -> Void in
            for path in ["/nothing", "/livez#"] {
                let other = await #expect(throws: DaemonClient.Failure.self) {
                    try await DaemonClient(url: url + path, timeout: .seconds(600)).status()
                }
                guard case .foreign? = other else {
                    Issue.record("\(String(describing: other))")
                    return
                }
            }
        }
    }

    @Test("is no page of another site")
    func otherSites() async throws {
        let application = Application(router: Routes(source: source).router())
        try await application.test(.router) { client in
            var headers = HTTPFields()
            #expect(try await client.execute(uri: "/recluster", method: .post).status == .accepted)
            headers[.origin] = "http://evil.example"
            let refused = try await client.execute(uri: "/recluster", method: .post, headers: headers)
            #expect(refused.status == .forbidden)
            #expect(try await client.execute(uri: "/recluster", method: .get).status != .accepted)
        }
    }
}
