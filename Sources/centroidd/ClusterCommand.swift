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
            (--field) is embedded. A label is a group's number from 0, or -1 for noise, a line for each row.
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

    @Option(help: "Draw the map, the curve of k and the silhouette profile into an SVG file.", completion: .file())
    var plot: String?

    @Option(help: "How the map is made: pca, umap or tsne; rows of two numbers are drawn as they are unless said.")
    var map: MapMethod?

    @Option(help: "Seed of all that is drawn.")
    var seed: Int?

    @OptionGroup var common: CommonOptions
    @OptionGroup var space: SpaceOptions

    func run() async throws {
        var settings = try common.settings(for: .pipe).settings
        space.apply(to: &settings, fallBackToFetchedModel: common.config == nil)
        try method.apply(to: &settings)
        if let seed { settings.clusters.seed = seed }
        if let metric { settings.clusters.metric = metric }
        _ = common.telemetry(settings, standard: .warning)
        var run = ClusterRun(input: input, label: label, field: space.field)
        run.scale = scale
        run.isKindChosen = common.config != nil || space.space != nil
        run.isMetricChosen = metric != nil
        let result = try run.run(settings: settings, explain: explain, quiet: common.quiet)
        try FileHandle.standardOutput.write(contentsOf: ClusterRun.lines(of: result, format: format))
        if let plot { try result.draw(to: plot, map: map, quiet: common.quiet) }
        if !common.quiet { FileHandle.standardError.write(Data((try result.report.json() + "\n").utf8)) }
    }
}

/// The method of grouping and its settings.
struct GroupingArguments: ParsableArguments {
    @Option(help: "auto, kmeans, minibatch, spherical, dbscan, hdbscan or agglomerative.")
    var algorithm: ReclusterSettings.Algorithm?

    @Option(help: "Groups, or auto.")
    var k: String?

    @Option(help: "What --k auto goes by: silhouette, elbow, calinski_harabasz or bic.")
    var criterion: ReclusterSettings.Criterion?

    @Option(help: "The largest number of groups that --k auto tries.")
    var maximumK: Int?

    @Option(help: "agglomerative: ward, average or complete.")
    var linkage: ReclusterSettings.Linkage?

    @Option(help: "agglomerative: join no groups that are farther apart than this.")
    var distanceThreshold: Double?

    @Option(help: "dbscan: the radius; found in the data when not given.")
    var epsilon: Double?

    @Option(help: "dbscan, hdbscan: neighbours (with itself) that make a row dense.")
    var minimumNeighbours: Int?

    @Option(help: "hdbscan: members that a group needs.")
    var minimumClusterSize: Int?

    @Option(help: "hdbscan: eom (the most excess of mass) or leaf.")
    var selection: ReclusterSettings.Selection?

    @Option(help: "hdbscan: groups nearer to each other than this are one.")
    var selectionEpsilon: Double?

    @Option(name: .customLong("reduce"), help: "Map the rows before they are grouped: none, pca or umap.")
    var reduction: ReclusterSettings.Reduction?

    @Option(help: "Dimensions that are left by --reduce.")
    var reducedDimensions: Int?

    /// Writes what was chosen over the settings.
    func apply(to settings: inout Settings) throws {
        if let algorithm { settings.recluster.algorithm = algorithm }
        if let k {
            guard k == "auto" || (Int(k) ?? 0) >= 1 else {
                throw Exit(.usage, "--k \(k): expected a number from 1 up, or auto")
            }
            settings.recluster.k = Int(k)
        }
        if let criterion { settings.recluster.criterion = criterion }
        if let linkage { settings.recluster.linkage = linkage }
        if let selection { settings.recluster.selection = selection }
        if let reduction { settings.recluster.reduction = reduction }
        try apply(maximumK, to: &settings.recluster.maximumK, "--maximum-k", least: 2)
        try apply(minimumClusterSize, to: &settings.recluster.minimumClusterSize, "--minimum-cluster-size", least: 2)
        try apply(reducedDimensions, to: &settings.recluster.dimensions, "--reduced-dimensions", least: 1)
        if let minimumNeighbours {
            guard minimumNeighbours >= 1 else { throw Self.low("--minimum-neighbours", "\(minimumNeighbours)", "1") }
            settings.recluster.minimumNeighbours = minimumNeighbours
        }
        if let epsilon {
            guard epsilon > 0 else { throw Self.low("--epsilon", "\(epsilon)", "more than 0") }
            settings.recluster.epsilon = epsilon
        }
        if let distanceThreshold {
            guard distanceThreshold > 0 else { throw Self.low("--distance-threshold", "\(distanceThreshold)", "more than 0") }
            settings.recluster.distanceThreshold = distanceThreshold
        }
        if let selectionEpsilon {
            guard selectionEpsilon >= 0 else { throw Self.low("--selection-epsilon", "\(selectionEpsilon)", "0") }
            settings.recluster.selectionEpsilon = selectionEpsilon
        }
    }

    private func apply(_ value: Int?, to target: inout Int, _ name: String, least: Int) throws {
        guard let value else { return }
        guard value >= least else { throw Self.low(name, "\(value)", "\(least)") }
        target = value
    }

    private static func low(_ name: String, _ found: String, _ least: String) -> Exit {
        Exit(.usage, "\(name) \(found): expected \(least) or more")
    }
}

extension ReclusterSettings.Algorithm: ExpressibleByArgument {}
extension ReclusterSettings.Criterion: ExpressibleByArgument {}
extension ReclusterSettings.Linkage: ExpressibleByArgument {}
extension ReclusterSettings.Selection: ExpressibleByArgument {}
extension ReclusterSettings.Reduction: ExpressibleByArgument {}
extension ClusterSettings.Metric: ExpressibleByArgument {}
extension ColumnScale: ExpressibleByArgument {}
extension ClusterRun.Format: ExpressibleByArgument {}
extension MapMethod: ExpressibleByArgument {}
