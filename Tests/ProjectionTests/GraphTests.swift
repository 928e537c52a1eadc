import TestSupport
import Testing

@testable import Kernels
@testable import Projection

@Suite("Graphs and where their points start")
struct GraphTests {
    /// The edges of `targets` (one per row), with weight 1.
    private func graph(_ targets: [Int32]) -> SparseGraph {
        let nearest = NeighbourTable(
            neighbours: 1,
            indices: targets,
            distances: [Float](repeating: 1, count: targets.count)
        )
        return SparseGraph(neighbours: nearest, weights: [Float](repeating: 1, count: targets.count), merge: max)
    }

    private func ring(_ count: Int) -> SparseGraph {
        graph((0..<count).map { Int32(($0 + 1) % count) })
    }

    @Test func bothDirectionsAreMerged() {
        let nearest = NeighbourTable(neighbours: 2, indices: [1, 2, 2, 0, 1, 0], distances: [1, 2, 1, 2, 1, 2])
        let own = SparseGraph(neighbours: nearest, weights: [0.5, 0, 0.25, 1, 0.5, 0]) { $0 + $1 - $0 * $1 }
        #expect(own.offsets == [0, 1, 3, 4])
        #expect(own.columns == [1, 0, 2, 1])
        #expect(own.weights == [1, 1, 0.625, 0.625])
    }

    @Test func partsAreFoundAndCutOut() {
        let own = graph([1, 0, 3, 4, 2, 0])
        #expect(own.connectedComponents() == [[0, 1, 5], [2, 3, 4]])
        #expect(own.restricted(to: [2, 3, 4]) == ring(3))
    }

    /// The eigenvectors of a ring are the waves around it.
    @Test(arguments: [40, 300])
    func spectrumOfARingIsACircle(count: Int) {
        var generator = SeededGenerator(seed: 2)
        let own = SpectralLayout(graph: ring(count), lanes: backwards).coordinates(dimensions: 2, generator: &generator)
        let radius = (2 / Double(count)).squareRoot()
        for row in 0..<count {
            let length = VectorMath.norm(Array(own[row: row]))
            #expect(abs(Double(length) / radius - 1) < 0.05)
            let step = Metric.euclidean.distance(Array(own[row: row]), Array(own[row: (row + 1) % count]))
            #expect(abs(Double(step) / (radius * 2 * .pi / Double(count)) - 1) < 0.25)
        }
    }

    /// Six rings of ten points, far from each other along a line.
    @Test func partsStartApart() {
        var vectors = Matrix(rows: 60, columns: 2)
        var targets: [Int32] = []
        for row in 0..<60 {
            let (part, place) = (row / 10, row % 10)
            vectors.replace(row: row, with: [Float(100 * part + place), Float(row % 3)])
            targets.append(Int32(10 * part + (place + 1) % 10))
        }
        var generator = SeededGenerator(seed: 2)
        let start = StartingLayout(graph: graph(targets), vectors: vectors, dimensions: 2, lanes: .serial)
        let own = start.coordinates(generator: &generator)
        #expect(own.storage.min() == 0 && own.storage.max() == 10)
        var centres = [Float](repeating: 0, count: 6)
        for row in 0..<60 { centres[row / 10] += own.storage[2 * row] / 10 }
        #expect(centres == centres.sorted() || centres == centres.sorted(by: >), "in the order of the vectors")
        for row in 0..<60 {
            #expect(abs(own.storage[2 * row] - centres[row / 10]) < 1.1, "within half of the way to the next")
        }
    }

    @Test func eigenvectorsOfASymmetricMatrix() {
        var generator = SeededGenerator(seed: 3)
        let size = 12
        var matrix = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0...i {
                let value = generator.nextNormal()
                (matrix[i * size + j], matrix[j * size + i]) = (value, value)
            }
        }
        let eigen = SymmetricEigen(matrix, size: size)
        #expect(eigen.values == eigen.values.sorted(by: >))
        for i in 0..<size {
            let vector = Array(eigen[vector: i])
            for row in 0..<size {
                let product = (0..<size).reduce(0) { $0 + matrix[row * size + $1] * vector[$1] }
                #expect(abs(product - eigen.values[i] * vector[row]) < 1e-10)
            }
        }
    }
}
