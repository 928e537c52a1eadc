import Logging

/// The daemon begins.
public struct ServiceStarted: TelemetryEvent {
    /// The application's name.
    public var application: String
    /// The daemon's version.
    public var version: String

    /// Memberwise.
    public init(application: String, version: String) {
        self.application = application
        self.version = version
    }

    /// Info; sets the build and start metrics.
    public func emit(to sink: EventSink) {
        sink.logger.info("started", metadata: ["application": "\(application)", "version": "\(version)"])
        sink.metrics.set(.buildInfo, to: 1, ["version": version])
        sink.metrics.set(.processStart, to: Double(Timestamp.now()) / 1000)
        sink.metrics.set(.ready, to: 0)
        sink.recent.add("service", "started \(version)")
    }
}

/// The daemon moved from one state to another.
public struct StateChanged: TelemetryEvent {
    /// The state before.
    public var from: String
    /// The state now.
    public var to: String
    /// Whether it is ready now.
    public var ready: Bool

    /// Memberwise.
    public init(from: String, to: String, ready: Bool) {
        self.from = from
        self.to = to
        self.ready = ready
    }

    /// Info; sets readiness.
    public func emit(to sink: EventSink) {
        sink.logger.info(
            "state changed",
            metadata: ["from": "\(from)", "to": "\(to)", "ready": .stringConvertible(ready)]
        )
        sink.metrics.set(.ready, to: ready ? 1 : 0)
        sink.recent.add("state", "\(from) → \(to)")
    }
}

/// The daemon is told to stop.
public struct ServiceStopping: TelemetryEvent {
    /// Why, such as `SIGTERM`.
    public var reason: String

    /// Memberwise.
    public init(reason: String) {
        self.reason = reason
    }

    /// Info.
    public func emit(to sink: EventSink) {
        sink.logger.info("stopping", metadata: ["reason": "\(reason)"])
        sink.metrics.set(.ready, to: 0)
        sink.recent.add("service", "stopping: \(reason)")
    }
}

/// The daemon has stopped.
public struct ServiceStopped: TelemetryEvent {
    /// How long the stop took, seconds.
    public var seconds: Double
    /// The process's exit code.
    public var exitCode: Int32

    /// Memberwise.
    public init(seconds: Double, exitCode: Int32) {
        self.seconds = seconds
        self.exitCode = exitCode
    }

    /// Info, or an error where the code is not 0.
    public func emit(to sink: EventSink) {
        sink.logger.log(
            level: exitCode == 0 ? .info : .error,
            "stopped",
            metadata: ["seconds": .stringConvertible(seconds), "exit_code": .stringConvertible(exitCode)]
        )
    }
}
