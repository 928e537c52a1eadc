public import ArgumentParser
public import Service
public import Settings

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
            guard epsilon > 0, epsilon.isFinite else { throw Self.notPositive("--epsilon", epsilon) }
            settings.recluster.epsilon = epsilon
        }
        if let distanceThreshold {
            guard distanceThreshold > 0, distanceThreshold.isFinite else {
                throw Self.notPositive("--distance-threshold", distanceThreshold)
            }
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

    private static func notPositive(_ name: String, _ found: Double) -> Exit {
        Exit(.usage, "\(name) \(found): expected a number greater than 0")
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
