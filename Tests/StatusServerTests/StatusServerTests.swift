import HTTPTypes
import HummingbirdTesting
import Logging
import ServiceLifecycle
import Telemetry
import Testing

@testable import StatusServer

@Suite(.timeLimit(.minutes(20))) struct StatusServerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func server(port: Int, _ onListening: @escaping @Sendable (StatusServer.Configuration) -> Void)
        -> StatusServer
    {
        StatusServer(
            configuration: .init(host: "127.0.0.1", port: port),
            source: SampleSource(),
            logger: logger,
            onListening: onListening
        )
    }

    @Test func itTakesAFreePortServesAndStopsWithConnectionsOpen() async throws {
        let (bound, continuation) = AsyncStream.makeStream(of: StatusServer.Configuration.self)
        let server = server(port: 0) { continuation.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var addresses = bound.makeAsyncIterator()
            let address = try #require(await addresses.next())
            #expect(address.port > 0)
            try await TestClient.withClient(host: "127.0.0.1", port: address.port) { client in
                #expect(try await client.get("/livez").status == .ok)
                // The connection is kept alive and idle: the stop must not wait for the client to leave.
                await group.triggerGracefulShutdown()
                try await Self.waitUntilRefused(port: address.port)
            }
            try await tasks.waitForAll()
        }
    }

    @Test func aPortThatIsTakenIsReportedWithWhatToDo() async throws {
        let (bound, continuation) = AsyncStream.makeStream(of: StatusServer.Configuration.self)
        let first = server(port: 0) { continuation.yield($0) }
        let group = ServiceGroup(configuration: .init(services: [first], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var addresses = bound.makeAsyncIterator()
            let address = try #require(await addresses.next())
            let second = server(port: address.port) { _ in }
            let error = await #expect(throws: StatusServerError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(address.port)") == true)
            #expect(error?.description.contains("http.listen") == true)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// The listening socket is closed soon after the shutdown began.
    private static func waitUntilRefused(port: Int) async throws {
        while true {
            do {
                try await TestClient.withClient(host: "127.0.0.1", port: port) { client in
                    _ = try await client.get("/livez")
                }
            } catch { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
