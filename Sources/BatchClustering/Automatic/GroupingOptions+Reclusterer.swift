extension GroupingOptions {
    /// The method with its settings.
    public func makeReclusterer() -> any Reclusterer {
        switch algorithm {
        case .hdbscan:
            var hdbscan = HDBSCANReclusterer()
            hdbscan.minimumClusterSize = minimumClusterSize
            hdbscan.minimumNeighbours = minimumNeighbours
            hdbscan.selection = selection
            hdbscan.selectionEpsilon = selectionEpsilon
            return hdbscan
        default:
            var automatic = AutomaticReclusterer()
            automatic.maximumK = maximumK
            automatic.iterations = iterations
            return automatic
        }
    }
}
