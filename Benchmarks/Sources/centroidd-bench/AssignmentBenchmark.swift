import Clustering
import Foundation
import Kernels

/// Finding the two nearest centroids, on one core, batches of 1,024 vectors.
enum AssignmentBenchmark {
    private static func unitVectors(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: rows, columns: columns)
        for index in matrix.storage.indices { matrix.storage[index] = Float(generator.nextUniform() - 0.5) }
        VectorMath.normaliseRows(&matrix)
        return matrix
    }

    static func run() {
        let d = 384
        let m = 1024
        let peak = Peak.gigaflops()
        for k in [64, 1024, 16_384] {
            let batches = k > 1024 ? 4 : 32
            let queries = unitVectors(m * batches, d, seed: 1)
            let centroids = unitVectors(k, d, seed: 2)
            let operations = 2.0 * Double(m * batches * k * d)
            let index = CentroidIndex(centroids: centroids, metric: .cosine)
            let parts = (0..<batches).map { queries.selecting(Array($0 * m..<($0 + 1) * m)) }
            let alone = Measure.median { for part in parts { _ = index.search(part) } }
            Measure.print(
                "assignment, k = \(k), d = \(d)",
                [
                    ("records/s a core", Measure.rounded(Double(queries.rows) / alone)),
                    ("GFLOP/s", Measure.rounded(operations / alone / 1e9)), ("peak", Measure.rounded(peak)),
                    ("of peak", Measure.rounded(operations / alone / 1e9 / peak, 2)),
                ]
            )
            let two = Measure.lanes(2)
            let ours = Measure.wall { for part in parts { _ = index.search(part, lanes: two) } }
            let peers = Peers.seconds("assign", data: queries, centroids: centroids, options: ["threads": "2"])
            Measure.compare("  two cores, batches of 1,024", ours, peers)
        }
    }

    /// The plain loop that anybody would write first, for the ratio.
    static func runNaive() {
        let (m, k, d) = (64, 1024, 384)
        let queries = unitVectors(m, d, seed: 1)
        let centroids = unitVectors(k, d, seed: 2)
        var sink: Float = 0
        let plain = Measure.median(3) {
            queries.storage.withUnsafeBufferPointer { q in
                centroids.storage.withUnsafeBufferPointer { c in
                    for row in 0..<m {
                        var best: Float = -2
                        for centroid in 0..<k {
                            var dot: Float = 0
                            for column in 0..<d { dot += q[row * d + column] * c[centroid * d + column] }
                            best = max(best, dot)
                        }
                        sink += best
                    }
                }
            }
        }
        let index = CentroidIndex(centroids: centroids, metric: .cosine)
        let ours = Measure.median(3) { _ = index.search(queries) }
        Measure.print(
            "assignment against a plain loop",
            [("times faster", Measure.rounded(plain / ours, 1)), ("(k 1024)", sink > 0 ? "" : " ")]
        )
    }
}
