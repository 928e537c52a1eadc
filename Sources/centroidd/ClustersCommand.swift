import ArgumentParser
import Service

struct ClustersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clusters",
        abstract: "All clusters of a running daemon, the heaviest first.",
        discussion: """
            Example:  centroidd clusters --config /etc/centroidd/centroidd.yaml
            Example:  centroidd clusters --json | jq '.[] | select(.share > 0.1) | .label'
            """
    )

    @OptionGroup var client: ClientOptions

    func run() async throws { try await client.run().clusters() }
}
