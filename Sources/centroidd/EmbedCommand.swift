import ArgumentParser
import Logging
import Service
import Settings

struct EmbedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Standard input to vectors, one a line.",
        discussion: """
            Example:  echo "disk quota exceeded" | centroidd embed --model models/all-MiniLM-L6-v2

            Without --model and --config the model that `make model` fetched is taken where there is one, and hashed
            n-grams otherwise. With --space session there is a vector for each session, when all lines were read.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var space: SpaceOptions

    @Option(help: "Arithmetic of the transformer: f32, its own vectors; int8, faster; auto, int8 where it keeps them.")
    var precision: SpaceSettings.Precision?

    @Option(help: "What the transformer reads before every text; the model's own default prompt when not given.")
    var prefix: String?

    @Option(help: "Lanes to embed on; all processors when not given.")
    var threads: Int?

    @Option(help: "json: {\"tokens\":[…],\"vector\":[…]} a line; f32: raw little-endian floats.")
    var format = EmbedRun.Format.json

    func run() throws {
        var settings = try common.settings(for: .pipe).settings
        space.apply(to: &settings, fallBackToFetchedModel: common.config == nil)
        // Without a configuration file the model's own vectors are the least surprising ones.
        if let precision {
            settings.space.precision = precision
        } else if common.config == nil {
            settings.space.precision = .f32
        }
        if let prefix { settings.space.prefix = prefix }
        _ = common.telemetry(settings, standard: .warning)
        try EmbedRun(settings: settings, format: format, threads: threads).run(quiet: common.quiet)
    }
}
