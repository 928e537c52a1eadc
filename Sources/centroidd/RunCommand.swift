import ArgumentParser
import Service
import Settings

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon.",
        discussion: """
            Example:  centroidd run --config /etc/centroidd/centroidd.yaml

            SIGTERM and SIGINT finish and commit what is in flight, leave the group and exit 0; a second one exits at
            once. Exit codes: 65 bad record (on_error: stop), 69 no broker, 75 fenced by another instance or a passing
            fault, 77 not authorised, 78 configuration.
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(for: .daemon).settings
        let sink = common.telemetry(settings)
        try await Daemon(settings: settings, sink: sink).run()
    }
}
