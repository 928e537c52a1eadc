public import Kernels

/// Tells the groups that HDBSCAN* would give new vectors if they had been there and had changed nothing.
///
/// A vector joins its nearest neighbour by mutual reachability and leaves the tree's clusters at its own density
/// (McInnes, Healy and Astels 2017). A vector that was grouped gets the label and the strength that it got; no label
/// is given that was not given then.
public struct DensityPredictor: Sendable {
    private let space: MutualReachability
    private let metric: Metric
    private let tree: DensityTree?
    /// The groups of the vectors that were there.
    public let partition: Partition
    /// How far each of those vectors lies outside its group, from 0 to 1 (GLOSH; Campello et al. 2015, equation 8).
    public let outlierScores: [Float]

    init(space: MutualReachability, metric: Metric, tree: DensityTree?, reasons: [String]) {
        self.space = space
        self.metric = metric
        self.tree = tree
        var partition = tree?.partition ?? Partition(labels: [], count: 0)
        partition.reasons = reasons
        self.partition = partition
        outlierScores = tree?.tree.outlierScores ?? []
    }

    /// The groups of new vectors.
    ///
    /// - Parameters:
    ///   - vectors: `m × d`, finite; of unit length where those grouped were.
    ///   - lanes: what runs ranges of rows side by side.
    /// - Returns: labels and strengths as those of ``partition``, `m` each.
    /// - Throws: ``GroupingError`` where the number of columns is another one or a number is not finite.
    public func predict(
        _ vectors: Matrix,
        lanes: Lanes
    ) throws(GroupingError) -> (labels: [Int32], strengths: [Float]) {
        try DensityInput.check(vectors)
        let points = space.index.points
        guard vectors.columns == points.columns else {
            throw .unsuitable("vectors of \(vectors.columns) numbers cannot join groups of \(points.columns)")
        }
        guard let tree else {
            return (Array(repeating: Partition.noise, count: vectors.rows), Array(repeating: 0, count: vectors.rows))
        }
        let k = min(2 * max(space.neighbours, 2), points.rows)
        let nearest = space.index.nearest(k, of: vectors, leavingOutSelf: false, lanes: lanes)
        var labels: [Int32] = []
        var strengths: [Float] = []
        labels.reserveCapacity(vectors.rows)
        strengths.reserveCapacity(vectors.rows)
        for row in 0..<vectors.rows {
            let found = row * k..<(row + 1) * k
            let (label, strength) = membership(nearest.indices[found], nearest.squares[found], tree)
            labels.append(label)
            strengths.append(strength)
        }
        return (labels, strengths)
    }

    private func membership(
        _ neighbours: ArraySlice<Int32>,
        _ squares: ArraySlice<Double>,
        _ tree: DensityTree
    ) -> (label: Int32, strength: Float) {
        if squares[squares.startIndex] == 0 {
            let row = Int(neighbours[neighbours.startIndex])
            return (partition.labels[row], partition.strengths[row])
        }
        // The vector itself counts among its neighbours, though it is not in the table.
        let reached = min(space.neighbours - 1, squares.count)
        let core = reached > 0 ? squares[squares.startIndex + reached - 1] : 0
        var least = Double.infinity
        var nearest = 0
        for (row, square) in zip(neighbours, squares) {
            let reach = max(square, core, space.core[Int(row)])
            if reach < least { (least, nearest) = (reach, Int(row)) }
        }
        let lambda = 1 / metric.distance(fromSquare: least)
        var cluster = Int(tree.tree.cluster[nearest])
        if tree.tree.lambda[nearest] > lambda {
            while cluster > 0, tree.tree.clusters[cluster].birth >= lambda {
                cluster = Int(tree.tree.clusters[cluster].parent)
            }
        }
        return tree.membership(cluster, lambda)
    }
}
