import Clustering
import Dispatch
import Foundation
import Kernels
import Synchronization

/// How long an assignment takes while a reclustering of 20,000 × 384 runs beside it.
enum LatencyBenchmark {
    private static let dimension = 384
    private static let batch = 64

    static func run() throws {
        var options = ClusteringOptions()
        options.sampleCapacity = 20_000
        options.warmUpRecords = 800
        let stream = Mixture(groups: 64, dimension: dimension, spread: 0.35, seed: 1)
        let model = try learned(stream, records: 22_000, options: options)
        let queries = stream.rows(batch * 64, seed: 2)
        let quiet = percentiles(latencies(model: model, queries: queries, options: options) { $0 < 20_000 })
        let isRunning = Atomic(true)
        let reclusterings = Atomic(0)
        let (sample, chosen) = (model, options)
        let group = DispatchGroup()
        DispatchQueue.global(qos: .utility).async(group: group) {
            while isRunning.load(ordering: .relaxed) {
                _ = try? recluster(model: sample, options: chosen)
                reclusterings.wrappingAdd(1, ordering: .relaxed)
            }
        }
        let started = ContinuousClock.now
        let busy = percentiles(
            latencies(model: model, queries: queries, options: options) { _ in
                reclusterings.load(ordering: .relaxed) < 3 || ContinuousClock.now - started < .seconds(2)
            }
        )
        isRunning.store(false, ordering: .relaxed)
        group.wait()
        Measure.print(
            "assignment of 64 × 384, latency in µs",
            [
                ("quiet p50", Measure.rounded(quiet.median)), ("p99", Measure.rounded(quiet.late)),
                ("while reclustering p50", Measure.rounded(busy.median)), ("p99", Measure.rounded(busy.late)),
                ("p99 ratio", Measure.rounded(busy.late / quiet.late, 2)),
                ("clusters", "\(model.clusters.count)"), ("sample", "\(model.sampleVectors.rows)"),
            ]
        )
    }

    private static func learned(_ stream: Mixture, records: Int, options: ClusteringOptions) throws -> Model {
        var model = Model(space: "bench", dimension: dimension, metric: .cosine)
        var done = 0
        while done < records {
            let count = min(model.recordsLeftInStep(gathered: 0, options: options), records - done)
            let vectors = stream.rows(count, seed: UInt64(1000 + done))
            let observations = Array(repeating: Observation(), count: count)
            let (_, delta) = try assign(vectors: vectors, observations: observations, model: model, options: options)
            try model.merge(delta, options: options)
            done += count
        }
        return model
    }

    /// Microseconds of each batch as long as `goesOn` of the batches done says so.
    private static func latencies(
        model: Model,
        queries: Matrix,
        options: ClusteringOptions,
        goesOn: (Int) -> Bool
    ) -> [Double] {
        let batches = stride(from: 0, to: queries.rows, by: batch).map { start in
            queries.selecting(Array(start..<start + batch))
        }
        let observations = Array(repeating: Observation(), count: batch)
        var times: [Double] = []
        while goesOn(times.count) {
            let vectors = batches[times.count % batches.count]
            let start = ContinuousClock.now
            _ = try? assign(vectors: vectors, observations: observations, model: model, options: options)
            let elapsed = (ContinuousClock.now - start).components
            times.append(Double(elapsed.seconds) * 1e6 + Double(elapsed.attoseconds) * 1e-12)
        }
        return times
    }

    private static func percentiles(_ times: [Double]) -> (median: Double, late: Double) {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return (0, 0) }
        return (sorted[sorted.count / 2], sorted[sorted.count * 99 / 100])
    }
}
