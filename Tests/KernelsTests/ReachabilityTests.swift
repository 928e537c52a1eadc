import Testing

@testable import Kernels

@Suite("Graphs of near points")
struct ReachabilityTests {
    @Test(
        "The spanning tree finds what comparing all with all finds",
        arguments: [
            (2, 1, 2), (9, 2, 3), (300, 1, 4), (900, 2, 1), (900, 2, 2), (1200, 3, 6), (700, 7, 12), (400, 30, 5),
        ]
    )
    func order(rows: Int, columns: Int, neighbours: Int) {
        for seed in 1...3 {
            let points = NeighbourTests.points(rows, columns, seed: UInt64(seed))
            let index = PointIndex(points, treeDimensions: 40)
            let all = Self.order(index, neighbours, sparseRows: .max, treeDimensions: 40)
            #expect(Self.order(index, neighbours, sparseRows: 0, treeDimensions: 40) == all)
            #expect(Self.order(index, neighbours, sparseRows: 0, treeDimensions: 0) == all)
            let blocks = PointIndex(points, treeDimensions: 0)
            #expect(Self.order(blocks, neighbours, sparseRows: 0, treeDimensions: 0) == all)
        }
    }

    private static func order(
        _ index: PointIndex,
        _ neighbours: Int,
        sparseRows: Int,
        treeDimensions: Int
    ) -> ReachabilityOrder {
        let lanes = Lanes(count: 2) { parts, body in
            for part in (0..<parts).reversed() { body(part) }
        }
        return MutualReachability.ordered(
            index,
            neighbours: neighbours,
            sparseRows: sparseRows,
            treeDimensions: treeDimensions,
            lanes: lanes
        ).order
    }

    @Test("Repeated distances change the order, but not the gaps")
    func repeats() {
        for (repeats, grid) in [(200, false), (0, true)] {
            let points = NeighbourTests.points(600, 2, seed: 3, repeats: repeats, grid: grid)
            let index = PointIndex(points)
            let all = Self.order(index, 4, sparseRows: .max, treeDimensions: 2)
            for dimensions in [0, 2] {
                let sparse = Self.order(index, 4, sparseRows: 0, treeDimensions: dimensions)
                #expect(all.squares.sorted() == sparse.squares.sorted())
                #expect(Set(sparse.rows).count == 600)
            }
        }
    }

    @Test("Density, components and borders within a radius are those of the definition", arguments: [1, 2, 5, 20])
    func radius(columns: Int) {
        let points = NeighbourTests.points(500, columns, seed: 6, repeats: 40, grid: columns == 5)
        let radii: [Int: Double] = [1: 0.005, 2: 0.1, 5: 1, 20: 4.2]
        let radius = radii[columns] ?? 0
        let near: [[Int]] = (0..<500).map { a in
            (0..<500).filter { Self.square(points, a, $0) <= radius * radius }
        }
        let dense = near.map { $0.count >= 4 }
        #expect(dense.contains(true) && dense.contains(false))
        var sets = DisjointSets(500)
        for a in 0..<500 where dense[a] {
            for b in near[a] where dense[b] { sets.join(Int32(a), Int32(b)) }
        }
        var components = [Int32](repeating: -1, count: 500)
        for a in 0..<500 where dense[a] { components[a] = sets.root(Int32(a)) }
        var lowest = components
        for a in 0..<500 where !dense[a] { lowest[a] = near[a].map { components[$0] }.filter { $0 >= 0 }.min() ?? -1 }
        let two = Lanes(count: 2) { parts, body in
            for part in (0..<parts).reversed() { body(part) }
        }
        for dimensions in [0, 40] {
            let graph = RadiusGraph(PointIndex(points, treeDimensions: dimensions), square: radius * radius)
            for lanes in [.serial, two] {
                #expect(graph.dense(4, lanes: lanes) == dense)
                let found = graph.components(of: dense, lanes: lanes)
                #expect(found == components)
                #expect(graph.lowest(found, lanes: lanes) == lowest)
            }
        }
    }

    private static func square(_ points: Matrix, _ a: Int, _ b: Int) -> Double {
        var sum = 0.0
        for (x, y) in zip(points[row: a], points[row: b]) { sum += (Double(x) - Double(y)) * (Double(x) - Double(y)) }
        return sum
    }
}
