import Foundation
import Kernels
import TestSupport
import Testing

@testable import Projection

@Suite("UMAP")
struct UMAPTests {
    static let reference = ProjectionReference.shared
    static let vectors = Matrix(reference.vectors)

    @Test func curveEqualsReference() {
        for wanted in Self.reference.curves {
            let own = MembershipCurve(minimumDistance: wanted.minimumDistance, spread: wanted.spread)
            #expect(abs(own.a - wanted.a) < 1e-3)
            #expect(abs(own.b - wanted.b) < 1e-3)
        }
    }

    private func check(_ vectors: Matrix, _ wanted: ProjectionReference.Widths) {
        let nearest = NeighbourSearch.nearest(wanted.neighbours - 1, in: vectors, metric: .euclidean, lanes: .serial)
        let own = NeighbourWidths(nearest, lanes: backwards)
        #expect(own.widths.count == wanted.sigmas.count)
        for row in wanted.sigmas.indices {
            #expect(abs(Double(own.widths[row]) - wanted.sigmas[row]) < 1e-3)
            #expect(abs(Double(own.offsets[row]) - wanted.rhos[row]) < 1e-3)
        }
    }

    @Test func widthsEqualReference() {
        for wanted in Self.reference.widths { check(Self.vectors, wanted) }
    }

    @Test func widthsOfEqualVectorsEqualReference() {
        let rows = Self.reference.vectors
        let doubled = Array(rows[..<40]) + Array(rows[..<20]) + Array(repeating: rows[0], count: 20)
        check(Matrix(doubled), Self.reference.doubledWidths)
    }

    @Test func graphIsSymmetricWithWeightsUpToOne() {
        let graph = UMAP.graph(of: Self.vectors, .euclidean, neighbours: 15, lanes: .serial)
        var weights: [[Int32]: Float] = [:]
        for row in 0..<graph.count {
            var strongest = Float(0)
            for edge in graph.range(row) {
                weights[[Int32(row), graph.columns[edge]]] = graph.weights[edge]
                strongest = max(strongest, graph.weights[edge])
            }
            #expect(strongest > 0.999_999, "the nearest neighbour is a neighbour for sure")
        }
        for (edge, weight) in weights {
            #expect(weights[[edge[1], edge[0]]] == weight)
            #expect(weight > 0 && weight <= 1.000_001 && edge[0] != edge[1])
        }
    }

    @Test(arguments: ProjectionReference.readable)
    func asTrustworthyAsReference(set: ProjectionReference.Trust) throws {
        let vectors = try ProjectionReference.vectors(of: set)
        let own = try (0..<3).map { seed in
            try Trustworthiness.measure(UMAP(of: vectors, seed: seed).layout, of: vectors)
        }
        #expect(own.mean > set.umap.mean - 0.01, "\(own) beside \(set.umap)")
    }

    @Test(arguments: ProjectionReference.readable)
    func presetForClusteringIsAsTrustworthyAsReference(set: ProjectionReference.Trust) throws {
        let vectors = try ProjectionReference.vectors(of: set)
        let own = try UMAP(of: vectors, options: .clustering(dimensions: 5))
        #expect(own.layout.columns == 5)
        let trust = try Trustworthiness.measure(own.layout, of: vectors)
        #expect(trust > set.clustering.mean - 0.01, "\(trust) beside \(set.clustering)")
    }

    @Test(arguments: ProjectionReference.readable)
    func cosineIsAsTrustworthyAsReference(set: ProjectionReference.Trust) throws {
        var vectors = try ProjectionReference.vectors(of: set)
        VectorMath.normaliseRows(&vectors)
        let own = try UMAP(of: vectors, metric: .cosine)
        let trust = try Trustworthiness.measure(own.layout, of: vectors)
        #expect(trust > set.cosine.mean - 0.01, "\(trust) beside \(set.cosine)")
    }

    @Test(arguments: ProjectionReference.readable)
    func newVectorsLandNearTheirNeighbours(set: ProjectionReference.Trust) throws {
        let vectors = try ProjectionReference.vectors(of: set)
        let known = vectors.selecting((0..<vectors.rows).filter { $0 % 5 != 0 })
        let new = vectors.selecting((0..<vectors.rows).filter { $0 % 5 == 0 })
        let map = try UMAP(of: known)
        let layout = map.layout.storage + map.transform(new).storage
        let all = Matrix(columns: vectors.columns, storage: known.storage + new.storage)
        let trust = try Trustworthiness.measure(Matrix(columns: 2, storage: layout), of: all)
        #expect(trust > set.transform.mean - 0.03, "\(trust) beside \(set.transform)")
    }

    @Test func lanesDoNotMatterAndTheSeedDoes() throws {
        let map = try UMAP(of: Self.vectors, seed: 1)
        let other = try UMAP(of: Self.vectors, seed: 1, lanes: backwards)
        #expect(other.layout == map.layout)
        #expect(other.transform(Self.vectors, lanes: backwards) == map.transform(Self.vectors))
        #expect(try UMAP(of: Self.vectors, seed: 2).layout != map.layout)
    }

    @Test func mapThatStartsFromTheOlderOneHardlyMoves() throws {
        var generator = SeededGenerator(seed: 9)
        let older = try UMAP(of: Self.vectors, seed: 1).layout
        var changed = Self.vectors
        for index in changed.storage.indices { changed.storage[index] += Float(generator.nextNormal()) * 0.05 }
        let fresh = try UMAP(of: changed, seed: 2).layout
        let warm = try UMAP(of: changed, startingFrom: older, seed: 2).layout
        let moved = try LayoutAlignment(of: warm, to: older).displacement
        #expect(moved < 0.3)
        let jumped = try LayoutAlignment(of: fresh, to: older).displacement
        #expect(moved < jumped / 2, "\(moved) beside \(jumped)")
        let trust = try Trustworthiness.measure(warm, of: changed)
        #expect(trust > (try Trustworthiness.measure(fresh, of: changed)) - 0.01)
        #expect(throws: ProjectionError.self) { try UMAP(of: changed, startingFrom: older.selecting([0, 1])) }
    }

    @Test func placeOfAVectorDoesNotDependOnTheOthers() throws {
        let map = try UMAP(of: Self.vectors)
        let new = Self.vectors.selecting([3, 80, 200])
        let together = map.transform(new)
        for row in 0..<3 {
            #expect(map.transform(new.selecting([row])).storage == Array(together[row: row]))
        }
        #expect(map.transform(Matrix(rows: 0, columns: 8)).rows == 0)
    }

    @Test func fewOrEqualVectorsAreLaidOut() throws {
        for rows in [2, 3, 4, 6, 20] {
            for vectors in [
                Self.vectors.selecting(Array(0..<rows)), Self.vectors.selecting(Array(repeating: 7, count: rows)),
            ] {
                for dimensions in [1, 2, 12] {
                    var options = UMAPOptions()
                    options.dimensions = dimensions
                    let map = try UMAP(of: vectors, options: options)
                    #expect(map.layout.rows == rows && map.layout.columns == dimensions)
                    #expect(map.layout.storage.allSatisfy { $0.isFinite })
                    #expect(map.transform(vectors).storage.allSatisfy { $0.isFinite })
                }
            }
        }
    }

    @Test func settingsOutOfRangeAreRefused() {
        func refused(_ mention: String, _ change: (inout UMAPOptions) -> Void) {
            var options = UMAPOptions()
            change(&options)
            let error = #expect(throws: ProjectionError.self) { try UMAP(of: Self.vectors, options: options) }
            #expect(error?.description.contains(mention) == true)
        }
        refused("neighbours") { $0.neighbours = 1 }
        refused("minimumDistance") { $0.minimumDistance = 4 }
        refused("spread") { $0.spread = 0 }
        refused("dimensions") { $0.dimensions = 0 }
        refused("epochs") { $0.epochs = 0 }
        refused("negativeSamples") { $0.negativeSamples = 8 }
        refused("learningRate") { $0.learningRate = .nan }
        let one = Matrix([[1, 2]])
        #expect(throws: ProjectionError.self) { try UMAP(of: one) }
    }

    @Test func powersAreExactToFiveDigits() {
        for exponent in [Float(0.3), 0.79, 0.895, 1.33, 2] {
            var x = Float(1e-12)
            while x < 1e6 {
                let own = FastPower.power(SIMD8(repeating: x), exponent)[3]
                let exact = Float(pow(Double(x), Double(exponent)))
                #expect(abs(own - exact) <= exact * 1e-5)
                x *= 1.37
            }
        }
    }
}
