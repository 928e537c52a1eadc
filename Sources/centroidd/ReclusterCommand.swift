import ArgumentParser
import Service

struct ReclusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recluster",
        abstract: "Have a running daemon recluster now, and wait for the verdict.",
        discussion: """
            Example:  centroidd recluster --url http://127.0.0.1:8080

            The gate judges this candidate as any other. Exit code 75: one is under way already, or the daemon does not run
            yet.
            """
    )

    @Flag(help: "Do not wait for the verdict.")
    var noWait = false

    @OptionGroup var client: ClientOptions

    func run() async throws { try await client.run().recluster(wait: !noWait) }
}
