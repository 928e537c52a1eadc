public import ArgumentParser
import Service
public import Telemetry

struct FeedbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback",
        abstract: "Tell a running daemon what a cluster is: known, or always worth an alarm.",
        discussion: """
            Example:  centroidd feedback --cluster 17 normal
                      centroidd feedback --cluster 23 anomalous

            Members of a normal cluster raise no alarm, those of an anomalous one always do; `none` takes a mark back. The
            mark is kept with the model, and goes over to the parts of a cluster that splits. Exit code 75: there is no such
            cluster, or the daemon cannot note it now.
            """
    )

    @Option(help: "The cluster's id.")
    var cluster: Int

    @Argument(help: "normal, anomalous or none.")
    var verdict: ClusterFeedback.Verdict

    @OptionGroup var client: ClientOptions

    func run() async throws { try await client.run().feedback(cluster: cluster, verdict: verdict) }
}

extension ClusterFeedback.Verdict: ExpressibleByArgument {}
