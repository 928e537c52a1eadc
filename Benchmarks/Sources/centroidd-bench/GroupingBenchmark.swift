import BatchClustering
import Foundation
import Kernels

/// The grouping methods against FAISS, scikit-learn and the hdbscan package, on the same vectors in the same minute.
enum GroupingBenchmark {
    private static let lanes = Measure.lanes(2)

    static func run() throws {
        kmeans()
        try density()
        silhouette()
        try agglomerative()
    }

    /// Equal starts, equal rounds, no early end.
    private static func kmeans() {
        let rounds = 10
        for (name, spread) in [("mixture", Float(0.5)), ("random", 1e6)] {
            let mixture = Mixture(groups: 256, dimension: 384, spread: spread, seed: 3)
            let data = mixture.rows(100_000, seed: 4)
            let start = data.selecting(Array(stride(from: 0, to: data.rows, by: data.rows / 256).prefix(256)))
            var method = KMeans(data: data, metric: .euclidean)
            method.iterations = rounds
            method.tolerance = 0
            method.lanes = lanes
            let ours = Measure.wall(3) { _ = method.run(from: start) }
            let peers = Peers.seconds(
                "kmeans",
                data: data,
                centroids: start,
                options: ["k": "256", "rounds": "\(rounds)", "threads": "2"]
            )
            Measure.compare("k-means 100,000 × 384, k 256, \(name)", ours, peers)
        }
    }

    private static func density() throws {
        for size in [5_000, 10_000, 20_000, 40_000] {
            let data = Mixture(groups: 20, dimension: 32, spread: 2, seed: 5, isUnit: false).rows(size, seed: 6)
            let method = HDBSCANReclusterer(minimumClusterSize: 15)
            let ours = try Measure.wall(3) { _ = try method.grouping(of: data, metric: .euclidean, seed: 0, lanes: lanes) }
            Measure.compare("HDBSCAN \(size) × 32", ours, Peers.seconds("hdbscan", data: data))
        }
        for size in [5_000, 10_000, 20_000, 40_000] {
            let data = Mixture(groups: 20, dimension: 8, spread: 1, seed: 7, isUnit: false).rows(size, seed: 8)
            let method = DBSCANReclusterer(epsilon: 0.6, minimumNeighbours: 5)
            let ours = try Measure.wall(3) { _ = try method.grouping(of: data, metric: .euclidean, seed: 0, lanes: lanes) }
            Measure.compare("DBSCAN \(size) × 8", ours, Peers.seconds("dbscan", data: data, options: ["epsilon": "0.6"]))
        }
    }

    private static func silhouette() {
        for (size, dimension) in [(5_000, 32), (10_000, 32), (20_000, 32), (10_000, 384)] {
            let data = Mixture(groups: 8, dimension: dimension, spread: 1, seed: 9, isUnit: false).rows(size, seed: 10)
            let labels = (0..<size).map { $0 % 8 }
            let ours = Measure.wall(3) {
                _ = Quality.silhouette(vectors: data, labels: labels, metric: .euclidean, lanes: lanes)
            }
            Measure.compare("silhouette \(size) × \(dimension)", ours, Peers.seconds("silhouette", data: data))
        }
    }

    private static func agglomerative() throws {
        for size in [2_500, 5_000, 10_000] {
            let data = Mixture(groups: 8, dimension: 32, spread: 1, seed: 11, isUnit: false).rows(size, seed: 12)
            let peers = Peers.seconds("agglomerative", data: data)
            for linkage in [GroupingOptions.Linkage.ward, .average] {
                var options = GroupingOptions()
                options.algorithm = .agglomerative
                options.linkage = linkage
                options.k = .fixed(8)
                let method = try options.makeReclusterer()
                let ours = try Measure.wall(3) {
                    _ = try method.grouping(of: data, metric: .euclidean, seed: 0, lanes: lanes)
                }
                Measure.compare(
                    "agglomerative \(linkage.rawValue) \(size) × 32",
                    ours,
                    peers.filter { $0.name.hasSuffix(linkage.rawValue) }
                )
            }
        }
    }
}
