import BatchClustering
import Foundation
import Kernels
import Projection

/// The grouping methods against FAISS, scikit-learn and the hdbscan package, on the same vectors in the same minute.
enum GroupingBenchmark {
    private static let lanes = Measure.lanes(2)
    private static let sizes = [5_000, 10_000, 20_000, 40_000]
    /// Beyond this the peers of quadratic methods take minutes, and only our own growth is shown.
    private static let largestPeerSize = 20_000

    static func run() throws {
        try density()
        silhouette()
        try agglomerative()
        try maps()
    }

    /// Lloyd's rounds on large samples, and their growth.
    static func kmeans() {
        for (name, spread) in [("mixture", Float(0.5)), ("random", 1e6)] {
            kmeans(name, Mixture(groups: 256, dimension: 384, spread: spread, seed: 3).rows(100_000, seed: 4), k: 256)
        }
        let mixture = Mixture(groups: 64, dimension: 384, spread: 0.5, seed: 3)
        for size in sizes { kmeans("mixture", mixture.rows(size, seed: 4), k: 64) }
    }

    /// Equal starts, equal rounds, no early end.
    private static func kmeans(_ name: String, _ data: Matrix, k: Int) {
        let rounds = 10
        let start = data.selecting((0..<k).map { $0 * (data.rows / k) })
        var method = KMeans(data: data, metric: .euclidean, lanes: lanes)
        method.iterations = rounds
        method.tolerance = 0
        let ours = Measure.wall { _ = method.run(from: start) }
        let peers = Peers.seconds(
            "kmeans",
            data: data,
            centroids: start,
            options: ["k": "\(k)", "rounds": "\(rounds)", "threads": "2"]
        )
        Measure.compare("k-means \(data.rows) × 384, k \(k), \(name)", ours, peers)
    }

    private static func seconds(_ method: any Reclusterer, _ data: Matrix) throws -> Double {
        try Measure.wall { _ = try method.grouping(of: data, metric: .euclidean, seed: 0, lanes: lanes) }
    }

    private static func density() throws {
        for size in sizes {
            let data = Mixture(groups: 20, dimension: 32, spread: 2, seed: 5, isUnit: false).rows(size, seed: 6)
            var method = HDBSCANReclusterer()
            method.minimumClusterSize = 15
            let ours = try seconds(method, data)
            let peers = size <= largestPeerSize ? Peers.seconds("hdbscan", data: data) : []
            Measure.compare("HDBSCAN \(size) × 32", ours, peers)
        }
        for size in sizes {
            let data = Mixture(groups: 20, dimension: 8, spread: 1, seed: 7, isUnit: false).rows(size, seed: 8)
            var method = DBSCANReclusterer()
            method.epsilon = 0.6
            method.minimumNeighbours = 5
            let ours = try seconds(method, data)
            Measure.compare(
                "DBSCAN \(size) × 8",
                ours,
                Peers.seconds("dbscan", data: data, options: ["epsilon": "0.6"])
            )
        }
    }

    private static func silhouette() {
        for (size, dimension) in sizes.map({ ($0, 32) }) + [(10_000, 384)] {
            let data = Mixture(groups: 8, dimension: dimension, spread: 1, seed: 9, isUnit: false).rows(size, seed: 10)
            let labels = (0..<size).map { $0 % 8 }
            let ours = Measure.wall {
                _ = Quality.silhouette(vectors: data, labels: labels, metric: .euclidean, lanes: lanes)
            }
            let peers = size <= largestPeerSize ? Peers.seconds("silhouette", data: data) : []
            Measure.compare("silhouette \(size) × \(dimension)", ours, peers)
        }
    }

    private static func agglomerative() throws {
        // More than 10,000 are first summed up by a tree, which no peer does.
        for size in sizes {
            let data = Mixture(groups: 8, dimension: 32, spread: 1, seed: 11, isUnit: false).rows(size, seed: 12)
            let peers = size <= 10_000 ? Peers.seconds("agglomerative", data: data) : []
            for linkage in [GroupingOptions.Linkage.ward, .average] {
                var options = GroupingOptions()
                options.algorithm = .agglomerative
                options.linkage = linkage
                options.k = .fixed(8)
                let method = try options.makeReclusterer()
                let ours = try seconds(method, data)
                Measure.compare(
                    "agglomerative \(linkage.rawValue) \(size) × 32",
                    ours,
                    peers.filter { $0.name.hasSuffix(linkage.rawValue) }
                )
            }
        }
    }

    private static func maps() throws {
        let data = Mixture(groups: 20, dimension: 32, spread: 1, seed: 13, isUnit: false).rows(2_000, seed: 14)
        let umap = try Measure.wall { _ = try UMAP(of: data, lanes: lanes) }
        Measure.compare("UMAP 2000 × 32", umap, Peers.seconds("umap", data: data, options: ["repeats": "1"]))
        let tsne = try Measure.wall { _ = try TSNE(of: data, lanes: lanes) }
        Measure.compare("t-SNE 2000 × 32", tsne, Peers.seconds("tsne", data: data, options: ["repeats": "1"]))
    }
}
