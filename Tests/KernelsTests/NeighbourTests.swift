import TestSupport
import Testing

@testable import Kernels

@Suite("Exact neighbours")
struct NeighbourTests {
    /// Rows of random numbers, some of them equal to others.
    static func points(_ rows: Int, _ columns: Int, seed: UInt64, repeats: Int = 0, grid: Bool = false) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var storage = (0..<rows * columns).map { _ in
            let value = Float(generator.nextUniform() * 4 - 2)
            return grid ? value.rounded() : value
        }
        for _ in 0..<repeats {
            let (from, to) = (Int(generator.next() % UInt64(rows)), Int(generator.next() % UInt64(rows)))
            for column in 0..<columns { storage[to * columns + column] = storage[from * columns + column] }
        }
        return Matrix(columns: columns, storage: storage)
    }

    /// The definition: everything measured and sorted.
    static func sorted(_ k: Int, of queries: Matrix, among points: Matrix, leavingOutSelf: Bool) -> [[Int32]] {
        (0..<queries.rows).map { query in
            let squares = (0..<points.rows).map { point in
                zip(queries[row: query], points[row: point]).reduce(0.0) {
                    $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
                }
            }
            let rows = (0..<points.rows).filter { !leavingOutSelf || $0 != query }
            return rows.sorted { (squares[$0], $0) < (squares[$1], $1) }.prefix(k).map(Int32.init)
        }
    }

    @Test(
        "Both searches give what sorting all distances gives",
        arguments: [
            (1, 1, 3), (2, 2, 5), (17, 1, 4), (200, 1, 9), (300, 2, 5), (700, 3, 12), (600, 8, 40), (1300, 16, 3),
            (50, 2, 100), (400, 33, 7), (200, 384, 10),
        ]
    )
    func definition(rows: Int, columns: Int, k: Int) {
        for (repeats, grid) in [(0, false), (rows / 3, false), (0, true)] {
            let points = Self.points(rows, columns, seed: UInt64(rows + columns), repeats: repeats, grid: grid)
            let queries = Self.points(37, columns, seed: 5, grid: grid)
            let own = Self.sorted(k, of: points, among: points, leavingOutSelf: true)
            let other = Self.sorted(k, of: queries, among: points, leavingOutSelf: false)
            for dimensions in [0, 400] {
                let index = PointIndex(points, treeDimensions: dimensions)
                let (kOwn, kOther) = (min(k, rows - 1), min(k, rows))
                let found = index.nearest(kOwn, of: points, leavingOutSelf: true, lanes: .serial)
                #expect(found.indices == own.flatMap(\.self))
                let asked = index.nearest(kOther, of: queries, leavingOutSelf: false, lanes: .serial)
                #expect(asked.indices == other.flatMap(\.self))
            }
        }
    }

    @Test("The table holds distances of the metric, ascending, and never the row itself")
    func table() {
        let points = Self.points(500, 24, seed: 4, repeats: 50)
        let table = NeighbourSearch.nearest(6, in: points, metric: .euclidean, lanes: .serial)
        #expect(table.neighbours == 6 && table.rows == 500)
        for row in 0..<500 {
            #expect(!table.indices(of: row).contains(Int32(row)))
            #expect(Array(table.distances(of: row)) == table.distances(of: row).sorted())
            for (index, distance) in zip(table.indices(of: row), table.distances(of: row)) {
                let expected = Metric.euclidean.distance(Array(points[row: row]), Array(points[row: Int(index)]))
                #expect(abs(expected - distance) <= 1e-5 * max(1, expected))
            }
        }
    }

    @Test("Under the cosine, the distance is one minus the product of unit vectors")
    func cosine() {
        for columns in [5, 40] {
            var points = Self.points(300, columns, seed: 8)
            VectorMath.normaliseRows(&points)
            let table = NeighbourSearch.nearest(
                9,
                of: points.selecting(Array(0..<20)),
                among: points,
                metric: .cosine,
                lanes: .serial
            )
            for row in 0..<20 {
                #expect(table.indices(of: row).first == Int32(row) && table.distances(of: row).first == 0)
                for (index, distance) in zip(table.indices(of: row), table.distances(of: row)) {
                    let dot = VectorMath.dot(Array(points[row: row]), Array(points[row: Int(index)]))
                    #expect(abs(1 - dot - distance) < 1e-5)
                }
            }
        }
    }

    @Test("The order of the parts does not change the result", arguments: [3, 60])
    func lanes(columns: Int) {
        let points = Self.points(1500, columns, seed: 3, repeats: 100)
        let backwards = Lanes(count: 4) { parts, body in
            for part in (0..<parts).reversed() { body(part) }
        }
        let one = NeighbourSearch.nearest(8, in: points, metric: .euclidean, lanes: .serial)
        #expect(one == NeighbourSearch.nearest(8, in: points, metric: .euclidean, lanes: backwards))
    }

    @Test("Far from the origin, near neighbours are still told apart")
    func cancellation() {
        var points = Self.points(600, 30, seed: 12)
        for index in points.storage.indices { points.storage[index] = 1000 + points.storage[index] * 0.01 }
        let table = NeighbourSearch.nearest(4, in: points, metric: .euclidean, lanes: .serial)
        let sorted = Self.sorted(4, of: points, among: points, leavingOutSelf: true)
        #expect(table.indices == sorted.flatMap(\.self))
    }

    @Test("Nothing to find is an empty table")
    func nothing() {
        let one = Matrix([[1, 2]])
        #expect(NeighbourSearch.nearest(3, in: one, metric: .euclidean, lanes: .serial).indices.isEmpty)
        #expect(NeighbourSearch.nearest(0, in: one, metric: .euclidean, lanes: .serial).distances.isEmpty)
        let among = NeighbourSearch.nearest(3, of: one, among: one, metric: .euclidean, lanes: .serial)
        #expect(among.indices == [0] && among.distances == [0])
    }
}
