public import BatchClustering
public import Settings

extension Settings {
    /// How samples, and the vectors of `cluster`, are grouped.
    public var groupingOptions: GroupingOptions {
        var options = GroupingOptions()
        options.algorithm = .init(rawValue: recluster.algorithm.rawValue) ?? .automatic
        options.k = recluster.k.map { .fixed($0) } ?? .automatic
        options.criterion = .init(rawValue: recluster.criterion.rawValue) ?? .silhouette
        options.maximumK = recluster.maximumK
        options.linkage = .init(rawValue: recluster.linkage.rawValue) ?? .ward
        options.distanceThreshold = recluster.distanceThreshold
        options.epsilon = recluster.epsilon
        options.minimumNeighbours = recluster.minimumNeighbours
        options.minimumClusterSize = recluster.minimumClusterSize
        options.selection = .init(rawValue: recluster.selection.rawValue) ?? .excessOfMass
        options.selectionEpsilon = recluster.selectionEpsilon
        options.reduction = .init(rawValue: recluster.reduction.rawValue) ?? .none
        options.reducedDimensions = recluster.dimensions
        return options
    }
}
