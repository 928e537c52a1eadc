import BatchClustering
import Kernels
import TestSupport
import Testing

@Suite("Density: as scikit-learn and hdbscan")
struct DensityTests {
    static let madeUp = DensityReference.load("made_up")
    static let sets = DensityReference.load("sets")

    @Test("The fixtures are there")
    func fixtures() {
        #expect(Self.madeUp.count == 6 && Self.sets.count == 6)
    }

    @Test("DBSCAN and HDBSCAN on made-up points", arguments: Self.madeUp)
    func madeUpPoints(reference: DensityReference) throws {
        try check(reference)
    }

    @Test(
        "DBSCAN and HDBSCAN on public sets",
        .enabled(if: SharedData.isPresent, "needs the public data"),
        arguments: Self.sets
    )
    func publicSets(reference: DensityReference) throws {
        try check(reference)
    }

    private func check(_ reference: DensityReference) throws {
        let points = try reference.points
        for expected in reference.dbscan {
            let found = try expected.reclusterer.grouping(of: points, metric: .euclidean, seed: 0, lanes: .serial)
            // Numbered and shared out alike: not only up to renaming.
            #expect(found.labels.map(Int.init) == DensityReference.labels(expected.labels), "\(expected.epsilon)")
        }
        for expected in reference.hdbscan {
            let predictor = try expected.reclusterer.predictor(for: points, metric: .euclidean, lanes: .serial)
            let labels = DensityReference.labels(expected.labels)
            let found = renamed(predictor.partition.labels)
            #expect(
                found == renamed(labels),
                "\(expected.reclusterer): ARI \(Quality.adjustedRandIndex(labels, predictor.partition.labels.map(Int.init)))"
            )
            for (row, strength) in expected.strengths.enumerated() where found[row] == labels[row] {
                #expect(abs(predictor.partition.strengths[row] - strength) < 1e-4)
            }
            for (row, outlier) in expected.outliers.enumerated() where outlier >= 0 {
                #expect(abs(predictor.outlierScores[row] - outlier) < 1e-4)
            }
            let again = try predictor.predict(points, lanes: .serial)
            // Equal rows may lie in different groups; a new one goes where the first of them is.
            let first = firstEqual(points)
            #expect(again.labels == first.map { predictor.partition.labels[$0] })
            #expect(again.strengths == first.map { predictor.partition.strengths[$0] })
        }
    }

    private func firstEqual(_ points: Matrix) -> [Int] {
        var rows: [[Float]: Int] = [:]
        return (0..<points.rows).map { row in
            let first = rows[Array(points[row: row])] ?? row
            rows[Array(points[row: row])] = first
            return first
        }
    }
}
