import Foundation
import Kernels
import TestSupport
import Testing

@testable import Projection

@Suite("t-SNE")
struct TSNETests {
    static let vectors = Matrix(ProjectionReference.shared.vectors)

    @Test(arguments: ProjectionReference.readable)
    func asTrustworthyAsReference(set: ProjectionReference.Trust) throws {
        let vectors = try ProjectionReference.vectors(of: set)
        let own = try Trustworthiness.measure(TSNE(of: vectors).layout, of: vectors)
        #expect(own > set.tsne.mean - 0.01, "\(own) beside \(set.tsne)")
    }

    @Test func affinitiesHaveThePerplexity() {
        let nearest = NeighbourSearch.nearest(60, in: Self.vectors, metric: .euclidean, lanes: .serial)
        for row in 0..<20 {
            let squares = nearest.distances(of: row).map { Double($0) * Double($0) }
            let chances = Affinities.conditional(squares, entropy: log(20))
            #expect(abs(chances.reduce(0, +) - 1) < 1e-9)
            let entropy = chances.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
            #expect(abs(exp(entropy) - 20) < 1e-3)
        }
        let graph = Affinities.joint(nearest, perplexity: 20, lanes: backwards)
        #expect(abs(graph.weights.reduce(0.0) { $0 + Double($1) } - 1) < 1e-5)
    }

    private func tree(_ layout: Matrix) -> PointTree {
        var tree = PointTree()
        var storage = layout.storage
        storage.withShared { tree.build($0, count: layout.rows) }
        return tree
    }

    @Test func treeHoldsEachPointOnceAndItsCellsTheirMeans() {
        var layout = Matrix(ProjectionReference.shared.layout)
        for _ in 0..<20 { layout.append(row: [1, 1]) }
        let tree = tree(layout)
        #expect(tree.order.sorted() == (0..<Int32(layout.rows)).map { $0 })
        #expect(tree.cells[0].mass == Float(layout.rows))
        for (index, cell) in tree.cells.enumerated() {
            let points = tree.order[Int(cell.first)..<Int(cell.first) + Int(cell.mass)].map { Int($0) }
            let x = points.reduce(Float(0)) { $0 + layout.storage[2 * $1] } / cell.mass
            #expect(abs(x - cell.x) < 1e-3)
            let side = cell.squaredSide.squareRoot() * 1.001
            for axis in 0..<2 {
                let values = points.map { layout.storage[2 * $0 + axis] }
                #expect((values.max() ?? 0) - (values.min() ?? 0) <= side)
            }
            #expect(Int(cell.next) > index)
        }
    }

    @Test func forcesComeNearTheSumOverAllPairs() {
        let layout = Matrix(ProjectionReference.shared.layout)
        let tree = tree(layout)
        for (angle, tolerance) in [(Float(0), 1e-4), (0.5, 0.03)] {
            var (error, size, total, exactTotal) = (0.0, 0.0, 0.0, 0.0)
            for group in 0..<layout.rows / 8 {
                let force = PlaneForces.repulsion(8 * group, in: tree, squaredAngle: angle * angle)
                for lane in 0..<8 {
                    let exact = exactForce(on: Int(tree.order[8 * group + lane]), layout)
                    error += pow(Double(force.x[lane]) - exact.x, 2) + pow(Double(force.y[lane]) - exact.y, 2)
                    size += exact.x * exact.x + exact.y * exact.y
                    total += Double(force.sum[lane])
                    exactTotal += exact.sum
                }
            }
            #expect((error / size).squareRoot() < tolerance)
            #expect(abs(total / exactTotal - 1) < tolerance)
        }
    }

    private func exactForce(on point: Int, _ layout: Matrix) -> (x: Double, y: Double, sum: Double) {
        var (x, y, sum) = (0.0, 0.0, 0.0)
        for other in 0..<layout.rows where other != point {
            let dx = Double(layout.storage[2 * point] - layout.storage[2 * other])
            let dy = Double(layout.storage[2 * point + 1] - layout.storage[2 * other + 1])
            let q = 1 / (1 + dx * dx + dy * dy)
            sum += q
            x += q * q * dx
            y += q * q * dy
        }
        return (x, y, sum)
    }

    @Test func lanesDoNotMatter() throws {
        var options = TSNEOptions()
        options.iterations = 100
        let serial = try TSNE(of: Self.vectors, options: options)
        #expect(try TSNE(of: Self.vectors, options: options, lanes: backwards).layout == serial.layout)
    }

    @Test func fewOrEqualVectorsAreLaidOut() throws {
        for rows in [2, 3, 5, 9, 17] {
            for vectors in [
                Self.vectors.selecting(Array(0..<rows)), Self.vectors.selecting(Array(repeating: 7, count: rows)),
                Matrix(columns: 1, storage: (0..<rows).map { Float($0) }),
            ] {
                let layout = try TSNE(of: vectors).layout
                #expect(layout.rows == rows && layout.columns == 2)
                #expect(layout.storage.allSatisfy { $0.isFinite })
            }
        }
    }

    @Test func settingsOutOfRangeAreRefused() {
        func refused(_ mention: String, _ change: (inout TSNEOptions) -> Void) {
            var options = TSNEOptions()
            change(&options)
            let error = #expect(throws: ProjectionError.self) { try TSNE(of: Self.vectors, options: options) }
            #expect(error?.description.contains(mention) == true)
        }
        refused("perplexity") { $0.perplexity = 0 }
        refused("angle") { $0.angle = 2 }
        refused("iterations") { $0.iterations = 0 }
        refused("exaggeration") { $0.exaggeration = 0.5 }
        #expect(throws: ProjectionError.self) { try TSNE(of: Matrix(rows: 0, columns: 3)) }
    }
}
