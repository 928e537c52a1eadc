import ArgumentParser
import Service

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What a running daemon does: records, lag, clusters, anomalies.",
        discussion: """
            Example:  centroidd status --watch
            Example:  centroidd status --url http://10.0.0.7:8080 --json | jq .records

            Exit code 69: no daemon answers there.
            """
    )

    @Flag(help: "Draw it again every second, until interrupted.")
    var watch = false

    @OptionGroup var client: ClientOptions

    func run() async throws { try await client.run().status(watch: watch) }
}
