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
        for k in [64, 1024] {
            let queries = unitVectors(m, d, seed: 1)
            let centroids = unitVectors(k, d, seed: 2)
            let operations = 2.0 * Double(m * k * d)
            let rounds = max(1, Int(2e9 / operations))
            let peak = Peak.gigaflops()
            let index = CentroidIndex(centroids: centroids, metric: .cosine)
            let time = Measure.median { for _ in 0..<rounds { _ = index.search(queries) } } / Double(rounds)
            Measure.print(
                "assignment, k = \(k), d = \(d)",
                [
                    ("records/s", Measure.rounded(Double(m) / time)),
                    ("GFLOP/s", Measure.rounded(operations / time / 1e9)), ("peak", Measure.rounded(peak)),
                    ("of peak", Measure.rounded(operations / time / 1e9 / peak, 2)),
                ]
            )
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
