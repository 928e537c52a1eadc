extension GroupingOptions {
    /// The method with its settings. ``reduction`` is left to the caller, who maps the vectors before.
    public func makeReclusterer() -> any Reclusterer {
        let choice = CountChoice(k, criterion: criterion, maximumK: maximumK)
        switch algorithm {
        case .automatic:
            guard k == .automatic else { return kmeans(choice) }
            var automatic = AutomaticReclusterer()
            automatic.maximumK = maximumK
            automatic.iterations = iterations
            return automatic
        case .kmeans: return kmeans(choice)
        case .minibatch:
            var minibatch = MiniBatchReclusterer(choice)
            minibatch.starts = starts
            return minibatch
        case .spherical:
            var spherical = SphericalReclusterer(choice)
            spherical.kmeans = kmeans(choice)
            return spherical
        case .dbscan:
            var dbscan = DBSCANReclusterer()
            dbscan.epsilon = epsilon
            if let minimumNeighbours { dbscan.minimumNeighbours = minimumNeighbours }
            return dbscan
        case .hdbscan:
            var hdbscan = HDBSCANReclusterer()
            hdbscan.minimumClusterSize = minimumClusterSize
            hdbscan.minimumNeighbours = minimumNeighbours
            hdbscan.selection = selection
            hdbscan.selectionEpsilon = selectionEpsilon
            return hdbscan
        case .agglomerative:
            return AgglomerativeReclusterer(choice, linkage: linkage, distanceThreshold: distanceThreshold)
        }
    }

    private func kmeans(_ choice: CountChoice) -> KMeansReclusterer {
        var kmeans = KMeansReclusterer(choice)
        kmeans.starts = starts
        kmeans.iterations = iterations
        return kmeans
    }
}
