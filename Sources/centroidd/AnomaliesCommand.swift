import ArgumentParser
import Service

struct AnomaliesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anomalies",
        abstract: "The latest anomalies of a running daemon, oldest first.",
        discussion: """
            Example:  centroidd anomalies --follow
            Example:  centroidd anomalies --follow --json | jq -r .text

            The daemon keeps the latest fifty; the output topic has them all.
            """
    )

    @Flag(help: "Go on with those that come, until interrupted.")
    var follow = false

    @OptionGroup var client: ClientOptions

    func run() async throws { try await client.run().anomalies(follow: follow) }
}
