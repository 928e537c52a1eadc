extension GroupingOptions {
    /// The method with its settings.
    public func makeReclusterer() -> any Reclusterer {
        switch algorithm {
        case .kmeans:
            return makeKMeans()
        case .spherical:
            var spherical = SphericalReclusterer(choice)
            spherical.kmeans = makeKMeans()
            return spherical
        case .minibatch:
            var minibatch = MiniBatchReclusterer(choice)
            minibatch.starts = starts
            return minibatch
        case .agglomerative:
            return AgglomerativeReclusterer(choice, linkage: linkage, distanceThreshold: distanceThreshold)
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

    private var choice: CountChoice { CountChoice(k, criterion: criterion, maximumK: maximumK) }

    private func makeKMeans() -> KMeansReclusterer {
        var kmeans = KMeansReclusterer(choice)
        kmeans.starts = starts
        kmeans.iterations = iterations
        return kmeans
    }
}
