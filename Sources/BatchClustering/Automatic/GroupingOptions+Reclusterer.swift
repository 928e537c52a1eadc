extension GroupingOptions {
    /// The method with its settings. ``reduction`` is left to the caller, who maps the vectors before.
    public func makeReclusterer() -> any Reclusterer {
        switch algorithm {
        case .automatic: automatic
        case .kmeans: kmeans
        case .minibatch: minibatch
        case .spherical: spherical
        case .dbscan: dbscan
        case .hdbscan: hdbscan
        case .agglomerative:
            AgglomerativeReclusterer(choice, linkage: linkage, distanceThreshold: distanceThreshold)
        }
    }

    private var choice: CountChoice { CountChoice(k, criterion: criterion, maximumK: maximumK) }

    /// A number that is told, or a criterion other than the one that `auto` goes by, leaves k-means nothing to choose
    /// but the places.
    private var automatic: any Reclusterer {
        guard k == .automatic, criterion == .silhouette else { return kmeans }
        var automatic = AutomaticReclusterer()
        automatic.maximumK = maximumK
        automatic.iterations = iterations
        return automatic
    }

    private var kmeans: KMeansReclusterer {
        var kmeans = KMeansReclusterer(choice)
        kmeans.starts = starts
        kmeans.iterations = iterations
        return kmeans
    }

    private var minibatch: MiniBatchReclusterer {
        var minibatch = MiniBatchReclusterer(choice)
        minibatch.starts = starts
        return minibatch
    }

    private var spherical: SphericalReclusterer {
        var spherical = SphericalReclusterer(choice)
        spherical.kmeans = kmeans
        return spherical
    }

    private var dbscan: DBSCANReclusterer {
        var dbscan = DBSCANReclusterer()
        dbscan.epsilon = epsilon
        if let minimumNeighbours { dbscan.minimumNeighbours = minimumNeighbours }
        return dbscan
    }

    private var hdbscan: HDBSCANReclusterer {
        var hdbscan = HDBSCANReclusterer()
        hdbscan.minimumClusterSize = minimumClusterSize
        hdbscan.minimumNeighbours = minimumNeighbours
        hdbscan.selection = selection
        hdbscan.selectionEpsilon = selectionEpsilon
        return hdbscan
    }
}
