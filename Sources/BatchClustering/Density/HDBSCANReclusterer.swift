public import Kernels

/// HDBSCAN*: of the tree of density-connected groups over all radii, the groups that last longest.
///
/// Campello, Moulavi and Sander 2013, "Density-Based Clustering Based on Hierarchical Density Estimates"; McInnes and
/// Healy 2017, "Accelerated Hierarchical Density Based Clustering". A vector that lies equally near to two groups goes
/// to the one that Prim's algorithm, begun at the first row, reaches first, so a few vectors on a border may change
/// sides when the rows are put in another order.
public struct HDBSCANReclusterer: Reclusterer, Equatable {
    /// The members that a group needs, at least 2.
    public var minimumClusterSize = 5
    /// How many neighbours, the vector itself counted, make the core distance; at least 1. nil: `minimumClusterSize`.
    public var minimumNeighbours: Int?
    /// Which groups of the tree are taken.
    public var selection = GroupingOptions.Selection.excessOfMass
    /// Groups that part at a smaller distance than this (in the metric) stay one; 0 for none (Malzer and Baum 2020).
    public var selectionEpsilon = 0.0
    /// Whether all vectors may be one group.
    public var allowsSingleCluster = false
    /// No group of ``GroupingOptions/Selection/excessOfMass`` is larger than this; nil for any size.
    public var maximumClusterSize: Int?

    /// The defaults.
    public init() {}

    /// Groups the rows of `vectors`; strengths are those of membership, 1 in the densest part of a group.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) throws(GroupingError) -> Partition {
        try predictor(for: vectors, metric: metric, lanes: lanes).partition
    }

    /// Groups the rows of `vectors` (`n × d`, finite; of unit length under the cosine metric) and keeps what is needed
    /// to tell the groups of new vectors.
    ///
    /// - Throws: ``GroupingError`` where a setting is out of its range or a number of `vectors` is not finite.
    public func predictor(for vectors: Matrix, metric: Metric, lanes: Lanes) throws(GroupingError) -> DensityPredictor {
        try check()
        try DensityInput.check(vectors)
        let neighbours = minimumNeighbours ?? minimumClusterSize
        let rules = ClusterSelection.Rules(
            selection: selection,
            epsilon: selectionEpsilon,
            allowsSingleCluster: allowsSingleCluster && vectors.rows >= minimumClusterSize,
            maximumSize: maximumClusterSize
        )
        let index = PointIndex(vectors)
        guard vectors.rows > 0 else {
            let space = MutualReachability(index, neighbours: neighbours, lanes: lanes)
            return DensityPredictor(space: space, metric: metric, tree: nil, reasons: reasons(neighbours, 0))
        }
        let (space, order) = MutualReachability.ordered(index, neighbours: neighbours, lanes: lanes)
        let tree = DensityTree(
            CondensedTree(order, metric: metric, minimumSize: minimumClusterSize),
            rules
        )
        return DensityPredictor(space: space, metric: metric, tree: tree, reasons: reasons(neighbours, vectors.rows))
    }

    private func check() throws(GroupingError) {
        guard minimumClusterSize >= 2 else {
            throw .unsuitable("the minimum cluster size of hdbscan is \(minimumClusterSize); it must be at least 2")
        }
        if let minimumNeighbours, minimumNeighbours < 1 {
            throw .unsuitable("hdbscan was given \(minimumNeighbours) neighbours; at least 1 is needed")
        }
        guard selectionEpsilon >= 0, selectionEpsilon.isFinite else {
            throw .unsuitable("the selection epsilon of hdbscan is \(selectionEpsilon); it must be 0 or greater")
        }
        if let maximumClusterSize, maximumClusterSize < minimumClusterSize {
            throw .unsuitable(
                "the maximum cluster size of hdbscan is \(maximumClusterSize), below the minimum of \(minimumClusterSize)"
            )
        }
    }

    private func reasons(_ neighbours: Int, _ rows: Int) -> [String] {
        guard rows < max(minimumClusterSize, 2) else {
            return minimumNeighbours == nil
                ? ["the core distance goes by \(neighbours) neighbours, as many as the smallest cluster has members"]
                : []
        }
        return ["\(rows) vectors are fewer than the smallest cluster of \(minimumClusterSize), so all are noise"]
    }
}
