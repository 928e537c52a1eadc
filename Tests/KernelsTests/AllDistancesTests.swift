import Kernels
import Testing

@Suite("Distances to every point")
struct AllDistancesTests {
    private static func distances(_ all: AllDistances, _ queries: Matrix) -> [[Float]] {
        var result: [[Float]] = []
        all.forEach(queries) { row, values in
            #expect(row == result.count)
            result.append(Array(values))
        }
        return result
    }

    @Test(
        "They are those of the definition",
        arguments: Metric.allCases,
        [(1, 3), (7, 5), (256, 47), (256, 384), (50, 64)]
    )
    func definition(metric: Metric, shape: (n: Int, d: Int)) {
        let unit = metric == .cosine
        let points = Matrix.random(rows: shape.n, columns: shape.d, seed: 5, unit: unit)
        let queries = Matrix.random(rows: 140, columns: shape.d, seed: 6, unit: unit)
        let found = Self.distances(AllDistances(points: points, metric: metric), queries)
        #expect(found.count == 140)
        for row in 0..<140 {
            for (index, known) in NearestTwoTests.byDefinition(queries[row: row], points, metric) {
                let expected = metric == .cosine ? known : known * known
                #expect(abs(Double(found[row][index]) - expected) < 1e-4 * (1 + expected))
            }
        }
    }

    @Test("A point itself is at no distance", arguments: Metric.allCases)
    func itself(metric: Metric) {
        let points = Matrix.random(rows: 80, columns: 384, seed: 7, unit: metric == .cosine)
        let found = Self.distances(AllDistances(points: points, metric: metric), points)
        for row in 0..<80 { #expect(found[row][row] == 0) }
    }

    @Test("A query's distances have the same bits in any batch", arguments: Metric.allCases)
    func batches(metric: Metric) {
        let all = AllDistances(
            points: Matrix.random(rows: 100, columns: 128, seed: 8, unit: metric == .cosine),
            metric: metric
        )
        let queries = Matrix.random(rows: 300, columns: 128, seed: 9, unit: metric == .cosine)
        let whole = Self.distances(all, queries)
        for rows in [[0], [299], Array(17..<90)] {
            #expect(Self.distances(all, queries.selecting(rows)) == rows.map { whole[$0] })
        }
    }

    @Test("Places in the ascending order")
    func selection() {
        var generator = SeededGenerator(seed: 3)
        for count in [1, 2, 3, 10, 257] {
            for range in [2, 1000] {
                let values = (0..<count).map { _ in Float(Int.random(in: 0..<range, using: &generator)) }
                for place in Set([1, count / 2, count]) where place > 0 {
                    let smallest = [Float](unsafeUninitializedCapacity: place) { buffer, filled in
                        let room = UnsafeMutableBufferPointer(rebasing: buffer[..<place])
                        values.withUnsafeBufferPointer { Selection.smallest(of: $0, into: room) }
                        filled = place
                    }
                    #expect(smallest == Array(values.sorted()[..<place]))
                    let one = values.withUnsafeBufferPointer { Selection.value(at: place - 1, of: $0) }
                    #expect(one == values.sorted()[place - 1])
                }
            }
        }
    }
}
