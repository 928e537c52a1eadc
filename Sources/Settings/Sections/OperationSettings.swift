/// The status server.
public struct HTTPSettings: Sendable, Equatable {
    /// Where it listens; nil has none.
    public var listen: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 8080)

    /// The defaults.
    public init() {}
}

/// A host and a port to listen on.
public struct ListenAddress: Sendable, Equatable {
    /// A name or an address, IPv6 without brackets.
    public var host: String
    /// 0...65535; 0 takes a free one.
    public var port: Int

    /// Memberwise.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// Memory and threads.
public struct PipelineSettings: Sendable, Equatable {
    /// The ceiling, in bytes, of records read and not yet committed.
    public var memory = 268_435_456
    /// Embedding lanes; nil is one a processor core.
    public var lanes: Int?
    /// Most records in a batch; nil for the default.
    public var batch: Int?
    /// The longest that a stop may take to finish, commit and leave the group.
    public var drainTimeout = Duration.seconds(30)

    /// The defaults.
    public init() {}
}

/// Diagnostics.
public struct LogSettings: Sendable, Equatable {
    /// The least level that is written.
    public enum Level: String, Sendable, CaseIterable {
        /// Per record.
        case trace
        /// Per batch.
        case debug
        /// Changes of state.
        case info
        /// Changes of state that matter.
        case notice
        /// What the daemon mended itself.
        case warning
        /// What an operator must see.
        case error
        /// What ends the daemon.
        case critical
    }

    /// How lines are written.
    public enum Format: String, Sendable, CaseIterable {
        /// `level=info msg="model adopted"`.
        case logfmt
        /// One JSON object a line.
        case json
    }

    /// The least level that is written.
    public var level = Level.info
    /// How lines are written.
    public var format = Format.logfmt

    /// The defaults.
    public init() {}
}
