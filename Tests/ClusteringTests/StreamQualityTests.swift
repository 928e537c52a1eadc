import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

/// One pass over real sets, k not given, one configuration: at least what is written here of the whole stream's ARI.
@Suite("Streaming quality", .enabled(if: SharedData.isPresent, "the public data folder is absent"))
struct StreamQualityTests {
    /// A set and the least ARI.
    struct Row: Sendable, CustomTestStringConvertible {
        let path: String
        let step: Int
        let least: Double
        var testDescription: String { path }
    }

    @Test(arguments: [
        Row(path: "clusters/D31.csv", step: 100, least: 0.93), Row(path: "clusters/R15.csv", step: 100, least: 0.985),
        Row(path: "clusters/s-set1.csv", step: 100, least: 0.985),
        Row(path: "clusters/aggregation.csv", step: 100, least: 0.83),
        Row(path: "clusters/chainlink.csv", step: 100, least: 0.5),
        Row(path: "clusters/cluto-t7-10k.csv", step: 100, least: 0.5),
        Row(path: "drift/keystroke.csv.gz", step: 20, least: 0.6),
        Row(path: "drift/moving_squares.csv.gz", step: 20, least: 0.75),
    ])
    func wholeStream(row: Row) throws {
        let table = try DataTable(row.path)
        var options = ClusteringOptions()
        options.step = row.step
        var learner = Learner(
            model: Model(space: row.path, dimension: table.vectors.columns, metric: .euclidean),
            options: options
        )
        let out = try learner.process(vectors: scaled(table.vectors), observations: []).assignments
        let first = min(200, out.count / 10)
        let judged = (first..<out.count).filter { table.labels[$0] != "noise" }
        let names = Dictionary(
            uniqueKeysWithValues: Set(table.labels).sorted().enumerated().map { ($1, $0) }
        )
        let truth = judged.map { names[table.labels[$0]] ?? -1 }
        let found = judged.map { out[$0].cluster ?? 0 }
        #expect(Quality.adjustedRandIndex(truth, found) >= row.least)
    }

    /// Each column from 0 to 1.
    private func scaled(_ vectors: Matrix) -> Matrix {
        var result = vectors
        for column in 0..<vectors.columns {
            let places = stride(from: column, to: vectors.storage.count, by: vectors.columns)
            let values = places.map { vectors.storage[$0] }
            let low = values.min() ?? 0
            let span = max((values.max() ?? 1) - low, .leastNormalMagnitude)
            for place in places { result.storage[place] = (vectors.storage[place] - low) / span }
        }
        return result
    }
}
