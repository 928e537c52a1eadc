import ArgumentParser
import Service
import Settings

/// Options of the commands that talk to a running daemon.
struct ClientOptions: ParsableArguments {
    @Option(
        help: "The daemon's address, such as http://127.0.0.1:8080; `http.listen` of the configuration when not given."
    )
    var url: String?

    @Flag(help: "Write JSON.")
    var json = false

    @OptionGroup var common: CommonOptions

    func run() throws -> ClientRun {
        try ClientRun(settings: try common.settings(for: .pipe).settings, url: url, json: json)
    }
}
