import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization
public import Telemetry

/// Serves the daemon's state over HTTP: health, metrics, a report as JSON and a page for people.
///
/// It only ever reads, and what it reads it asks of a `StatusSource`. It stops, idle connections included, when its
/// service group shuts down gracefully.
public struct StatusServer: Service {
    /// Where to listen.
    public struct Configuration: Sendable, Equatable, CustomStringConvertible {
        /// A name or an address, IPv6 without brackets.
        public var host: String
        /// 0...65535; 0 takes a free one.
        public var port: Int

        /// Memberwise.
        public init(host: String = "127.0.0.1", port: Int = 8080) {
            self.host = host
            self.port = port
        }

        /// `127.0.0.1:8080`, `[::1]:8080`.
        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    private let configuration: Configuration
    private let source: any StatusSource
    private let logger: Logger
    private let onListening: @Sendable (Configuration) -> Void

    /// - Parameters:
    ///   - configuration: where to listen.
    ///   - source: asked at each request.
    ///   - logger: takes the server's own lines.
    ///   - onListening: told once connections are accepted, with the port that the server really has.
    public init(
        configuration: Configuration,
        source: any StatusSource,
        logger: Logger,
        onListening: @escaping @Sendable (Configuration) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.source = source
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: ``StatusServerError`` where it cannot listen.
    public func run() async throws {
        let listening = Mutex(false)
        do {
            try await serve { listening.withLock { $0 = true } }
        } catch  where !listening.withLock({ $0 }) {
            throw StatusServerError(configuration: configuration, reason: "\(error)")
        }
    }

    private func serve(_ onRunning: @escaping @Sendable () -> Void) async throws {
        let (configuration, onListening, logger) = (configuration, onListening, logger)
        let application = Application(
            router: Routes(source: source).router(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "centroidd"
            ),
            onServerRunning: { channel in
                var bound = configuration
                bound.port = channel.localAddress?.port ?? configuration.port
                onRunning()
                logger.info("status server listening", metadata: ["address": "\(bound)"])
                onListening(bound)
            },
            logger: Self.quietLogger(logger)
        )
        try await application.run()
    }

    /// The library reports each start and stop at info; here that is detail.
    private static func quietLogger(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// The status server cannot listen.
public struct StatusServerError: Error, Sendable, CustomStringConvertible {
    /// Where it was to listen.
    public var configuration: StatusServer.Configuration
    /// What the system said.
    public var reason: String

    /// What happened and what to do.
    public var description: String {
        "cannot listen on \(configuration): \(reason). Set `http.listen` to a free address, or to `off`"
    }
}
