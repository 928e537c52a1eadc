import ArgumentParser
import Foundation
import Logging
import Service
import Settings

struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Group the rows of a file with the reclustering engine: labels out, quality on standard error.",
        discussion: """
            Example:  centroidd cluster --input points.csv --label label --algorithm hdbscan --plot groups.svg
                      centroidd cluster --input titles.tsv.gz --label label --algorithm kmeans --k auto --explain

            CSV, TSV and JSON lines, gzip or not, by their extension. Columns of numbers make a vector; a column of text
            (--field) is embedded. A label is a group's number from 0, or -1 for noise, a line for each row, empty where
            it cannot be used. With --space session `session.field` and `session.time` name columns, and there is a line
            for each session instead.
            """
    )

    @Option(help: "The file.", completion: .file())
    var input: String

    @Option(help: "The column that holds the true group; quality is then judged by it too.")
    var label: String?

    @OptionGroup var method: GroupingArguments

    @Option(help: "Columns of numbers: none (as they are), standard (mean 0, deviation 1) or range (0 to 1).")
    var scale = ColumnScale.none

    @Option(help: "euclidean or cosine; numbers are compared by straight-line distance unless said.")
    var metric: ClusterSettings.Metric?

    @Option(help: "labels: a number a line; json: {\"cluster\":3,\"strength\":0.97}.")
    var format = ClusterRun.Format.labels

    @Flag(help: "Print the numbers of groups that were tried, and what spoke for the one that was taken.")
    var explain = false

    @OptionGroup var picture: PictureOptions

    @Option(help: "Seed of all that is drawn.")
    var seed: Int?

    @OptionGroup var common: CommonOptions
    @OptionGroup var space: SpaceOptions

    func run() async throws {
        let loaded = try common.settings(for: .table)
        var settings = loaded.settings
        space.apply(to: &settings, fallBackToFetchedModel: common.config == nil)
        try method.apply(to: &settings)
        if let seed { settings.clusters.seed = seed }
        if let metric { settings.clusters.metric = metric }
        _ = common.telemetry(settings, standard: .warning)
        var run = ClusterRun(input: input, label: label, field: space.field)
        run.scale = scale
        run.isKindChosen = space.isKindChosen(in: loaded)
        let result = try run.run(settings: settings, explain: explain, quiet: common.quiet)
        try StandardOutput.write(ClusterRun.lines(of: result, format: format))
        if let plot = picture.plot { try result.draw(to: plot, map: picture.map, quiet: common.quiet) }
        if !common.quiet { StandardError.say(try result.report.json()) }
    }
}
