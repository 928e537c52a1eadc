import ArgumentParser
import Foundation
import Logging
import Service
import Settings

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Stream a labelled file through the pipeline and print its quality as JSON.",
        discussion: """
            Example:  centroidd evaluate --input titles.tsv.gz --label label --model models/all-MiniLM-L6-v2

                      centroidd evaluate --input points.csv --label label --algorithm kmeans --plot points.svg

            Every record is scored before it is learned. CSV, TSV and JSON lines, gzip or not, by their extension.
            The first 200 records (or a tenth, if that is less) are learned only; rows labelled `noise` do not count
            for the clusters. With --space session `session.field` and `session.time` name columns; a session has the
            label that most of its rows have, and is an anomaly where one of its rows is. Without --model and --config the model that `make model` fetched is taken.
            """
    )

    @Option(help: "The file.", completion: .file())
    var input: String

    @Option(help: "The column that holds the true group.")
    var label: String?

    @Option(help: "The column that says whether the row is an anomaly (0, -, false, normal or empty: no).")
    var anomaly: String?

    @OptionGroup var method: GroupingArguments

    @OptionGroup var picture: PictureOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var space: SpaceOptions

    func run() async throws {
        let loaded = try common.settings(for: .table)
        var settings = loaded.settings
        space.apply(to: &settings, fallBackToFetchedModel: common.config == nil)
        try method.apply(to: &settings)
        let sink = common.telemetry(settings, standard: .error)
        var run = EvaluateRun(input: input, label: label, anomaly: anomaly, field: space.field)
        run.plot = picture.plot
        run.map = picture.map
        let report = try await run.run(
            settings: settings,
            isKindChosen: space.isKindChosen(in: loaded),
            sink: sink,
            quiet: common.quiet
        )
        try StandardOutput.say(try report.json())
    }
}
