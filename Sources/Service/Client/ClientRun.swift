import Foundation
public import Settings
import StatusClient
public import Telemetry

/// What the commands that talk to a running daemon do.
public struct ClientRun: Sendable {
    private static let refresh = Duration.seconds(1)

    private let client: DaemonClient
    private let isJSON: Bool

    /// - Parameters:
    ///   - url: the daemon's root; nil takes `http.listen` of the settings.
    ///   - json: whether data is written as JSON and not for a person.
    /// - Throws: ``Exit`` where the settings name no address.
    public init(settings: Settings, url: String?, json: Bool) throws {
        client = DaemonClient(url: try url ?? Self.address(of: settings))
        isJSON = json
    }

    /// The daemon's root.
    var url: String { client.url }

    private static func address(of settings: Settings) throws -> String {
        guard let listen = settings.http.listen else {
            throw Exit(.configuration, "`http.listen` is off: the daemon serves no status. Set it, or give --url")
        }
        guard listen.port != 0 else {
            throw Exit(.configuration, "`http.listen` has port 0: give the port that the daemon logs with --url")
        }
        // Every address of this machine is one that we can ask.
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][listen.host] ?? listen.host
        return "http://" + (host.contains(":") ? "[\(host)]" : host) + ":\(listen.port)"
    }

    /// Prints the daemon's state; with `watch` again every second, until interrupted.
    ///
    /// - Throws: ``Exit``.
    public func status(watch: Bool) async throws {
        var summary = TerminalSummary()
        repeat {
            let report = try await answer { () async throws(DaemonClient.Failure) in try await client.status() }
            if isJSON {
                try write(try report.json(pretty: !watch))
            } else if watch {
                summary.draw(report, address: nil)
            } else {
                for line in TerminalSummary.page(report, address: nil) { print(line) }
            }
            if watch { try? await Task.sleep(for: Self.refresh) }
        } while watch
    }

    /// Prints all clusters, the heaviest first.
    ///
    /// - Throws: ``Exit``.
    public func clusters() async throws {
        let clusters = try await answer { () async throws(DaemonClient.Failure) in try await client.clusters() }
        if isJSON { return try write(try StatusJSON.encode(clusters)) }
        for line in ClusterTable.lines(clusters) { print(line) }
    }

    /// Prints the latest anomalies, oldest first; with `follow` then whatever comes, until interrupted.
    ///
    /// - Throws: ``Exit``.
    public func anomalies(follow: Bool) async throws {
        var log = AnomalyFollower()
        repeat {
            let report = try await answer { () async throws(DaemonClient.Failure) in try await client.status() }
            let (fresh, missed) = log.take(report)
            if missed > 0 { note("\(missed) more anomalies came than the daemon keeps") }
            for anomaly in fresh {
                if isJSON { try write(try StatusJSON.encode(anomaly)) } else { print(AnomalyFollower.line(anomaly)) }
            }
            // Lines must not wait in a buffer while someone follows them through a pipe.
            fflush(nil)
            if follow { try? await Task.sleep(for: Self.refresh) }
        } while follow
    }

    /// Asks for a reclustering and, unless told otherwise, waits for its verdict.
    ///
    /// - Throws: ``Exit``.
    public func recluster(wait: Bool) async throws {
        let before = try await answer { () async throws(DaemonClient.Failure) in try await client.status() }
        let said = try await answer { () async throws(DaemonClient.Failure) in try await client.recluster() }
        guard wait else { return print(said) }
        note(said)
        let known = Self.verdicts(before)
        while true {
            try? await Task.sleep(for: .milliseconds(200))
            let report = try await answer { () async throws(DaemonClient.Failure) in try await client.status() }
            guard let verdict = Self.verdicts(report).first(where: { !known.contains($0) }) else { continue }
            guard verdict.kind != "error" else { throw Exit(.tryAgain, verdict.text) }
            return isJSON ? try write(try StatusJSON.encode(verdict)) : print(verdict.text)
        }
    }

    /// Tells the daemon what a cluster is, and prints its answer.
    ///
    /// - Throws: ``Exit``; ``ExitCode/tryAgain`` where there is no such cluster, or the daemon cannot note it now.
    public func feedback(cluster: Int, verdict: ClusterFeedback.Verdict) async throws {
        print(
            try await answer { () async throws(DaemonClient.Failure) in
                try await client.feedback(ClusterFeedback(cluster: cluster, verdict: verdict))
            }
        )
    }

    /// Verdicts and failures of reclusterings, newest first.
    private static func verdicts(_ report: StatusReport) -> [StatusReport.Event] {
        report.events.filter { $0.kind == "recluster" || $0.kind == "error" && $0.text.hasPrefix("recluster: ") }
    }

    private func answer<Value>(_ ask: () async throws(DaemonClient.Failure) -> Value) async throws -> Value {
        do throws(DaemonClient.Failure) {
            return try await ask()
        } catch {
            if case .refused = error { throw Exit(.tryAgain, "\(error)") }
            throw Exit(.unreachable, "\(error)")
        }
    }

    private func write(_ json: Data) throws {
        try StandardOutput.write(json + [UInt8(ascii: "\n")])
    }

    private func note(_ text: String) { StandardError.say("centroidd: \(text)") }
}
