public import BatchClustering
public import Kernels
import Projection

extension GroupingOptions {
    /// Groups the rows of `vectors`, mapped by ``reduction`` first where there is one.
    ///
    /// - Parameters: as ``Reclusterer/grouping(of:metric:seed:lanes:)``.
    /// - Throws: ``GroupingError`` where the vectors do not suffice or a setting does not fit them.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) throws(GroupingError) -> Partition {
        let reduced: (vectors: Matrix, metric: Metric, reason: String)?
        do {
            reduced = try reduce(vectors, metric: metric, seed: seed, lanes: lanes)
        } catch {
            throw .unsuitable(error.description)
        }
        guard let reduced else {
            return try makeReclusterer().grouping(of: vectors, metric: metric, seed: seed, lanes: lanes)
        }
        var partition = try makeReclusterer().grouping(
            of: reduced.vectors,
            metric: reduced.metric,
            seed: seed,
            lanes: lanes
        )
        partition.reasons.insert(reduced.reason, at: 0)
        // Means of the reduced vectors say nothing of the space itself.
        partition.centroids = nil
        return partition
    }

    /// The mapped vectors and the metric they are compared in; nil where they are grouped as they are.
    private func reduce(
        _ vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) throws(ProjectionError) -> (vectors: Matrix, metric: Metric, reason: String)? {
        guard reduction != .none, reducedDimensions < vectors.columns, vectors.rows > 2 else { return nil }
        switch reduction {
        case .none: return nil
        case .pca:
            let components = try PrincipalComponents(
                of: vectors,
                count: reducedDimensions,
                seed: seed,
                lanes: lanes
            )
            let kept = components.shares.reduce(0, +)
            return (
                components.transform(vectors, lanes: lanes), .euclidean,
                "mapped to \(components.outputs) principal components, which keep "
                    + "\(Int((kept * 100).rounded())) % of the variance"
            )
        case .umap:
            let map = try UMAP(
                of: vectors,
                metric: metric,
                options: .clustering(dimensions: reducedDimensions),
                seed: seed,
                lanes: lanes
            )
            return (map.layout, .euclidean, "mapped to \(reducedDimensions) dimensions by UMAP")
        }
    }
}
