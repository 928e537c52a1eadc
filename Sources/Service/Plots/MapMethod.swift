import Kernels
import Projection

/// How vectors are laid out in the plane.
public enum MapMethod: String, Sendable, CaseIterable {
    /// The two principal components.
    case pca
    /// UMAP: neighbours stay neighbours.
    case umap
    /// t-SNE: the same, with more space between groups.
    case tsne

    /// The most vectors that are laid out; more are drawn from.
    var largest: Int {
        switch self {
        case .pca: 20_000
        case .umap: 10_000
        case .tsne: 5_000
        }
    }

    /// Places in the plane, `n × 2`, of `n × d` vectors.
    func layout(_ vectors: Matrix, metric: Metric, seed: UInt64, lanes: Lanes) throws(ProjectionError) -> Matrix {
        switch self {
        case .pca:
            let components = try PrincipalComponents(of: vectors, count: 2, seed: seed, lanes: lanes)
            return components.transform(vectors, lanes: lanes)
        case .umap: return try UMAP(of: vectors, metric: metric, seed: seed, lanes: lanes).layout
        case .tsne: return try TSNE(of: vectors, metric: metric, seed: seed, lanes: lanes).layout
        }
    }
}
