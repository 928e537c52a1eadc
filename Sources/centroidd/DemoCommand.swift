import ArgumentParser
import Logging
import Service
import Settings

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The whole daemon on a broker in this process, fed with log lines.",
        discussion: """
            Example:  centroidd demo --once
            Example:  centroidd demo /var/log/nginx/access.log.1 --rate 2000

            Without files it reads this machine's journal or log files, or makes up traffic where there are none.
            """
    )

    @Argument(help: "Log files, plain or gzip.", completion: .file())
    var files: [String] = []

    @Flag(help: "End when the input ends, with a summary.")
    var once = false

    @Option(help: "Lines per second.")
    var rate: Int?

    @OptionGroup var common: CommonOptions
    @OptionGroup var space: SpaceOptions

    func run() async throws {
        var settings = try common.settings(for: .pipe).settings
        if common.config == nil { settings.http.listen?.port = 0 }
        space.apply(to: &settings, fallBackToFetchedModel: common.config == nil)
        let sink = common.telemetry(settings, standard: .error)
        try await DemoRun(files: files, once: once, rate: rate).run(base: settings, sink: sink)
    }
}
