import ArgumentParser
import Foundation
import Service

/// The program: one command a file.
@main
struct Centroidd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "centroidd",
        abstract: "Streaming clustering: every record of a topic gets a cluster, a distance and an anomaly verdict.",
        discussion: """
            Try it without Kafka:   tail -n 5000 /var/log/syslog | centroidd pipe
            Watch it at work:       centroidd demo
            Run it:                 centroidd run --config /etc/centroidd/centroidd.yaml
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, CheckCommand.self, PipeCommand.self, DemoCommand.self, EmbedCommand.self,
            DistillCommand.self, ClusterCommand.self, EvaluateCommand.self, StatusCommand.self, ClustersCommand.self,
            AnomaliesCommand.self, ReclusterCommand.self, FeedbackCommand.self,
        ]
    )

    /// Parses, runs and exits with a code of sysexits.h.
    static func main() async {
        // A reader that closes the pipe is an error to report, not a silent end.
        signal(SIGPIPE, SIG_IGN)
        var code = ExitCode.clean.rawValue
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            try StandardOutput.flush()
        } catch let exit as Exit {
            code = end(exit)
        } catch {
            // Help and version are clean; everything else that the parser throws is a wrong command line.
            let status = Centroidd.exitCode(for: error)
            let message = Centroidd.fullMessage(for: error)
            code = status.isSuccess ? say(message) : ExitCode.usage.rawValue
            if !status.isSuccess { StandardError.say(message) }
        }
        CommonOptions.flushLog()
        // Not `exit`: it would destroy the globals of C++ libraries under a reclustering that still multiplies in the
        // background. Nothing that lasts is left to destructors.
        fflush(nil)
        _exit(code)
    }

    /// Prints help or the version; the code to end with.
    private static func say(_ message: String) -> Int32 {
        do throws(Exit) {
            try StandardOutput.say(message)
            return ExitCode.clean.rawValue
        } catch {
            return end(error)
        }
    }

    private static func end(_ exit: Exit) -> Int32 {
        if !exit.description.isEmpty { StandardError.say("centroidd: \(exit)") }
        return exit.code.rawValue
    }
}
