import Kernels
import TestSupport
import Testing

@testable import Projection

@Suite("Principal components")
struct PrincipalComponentsTests {
    static let reference = ProjectionReference.shared

    /// The script's table of low rank.
    static var wide: Matrix {
        let shape = reference.wide
        let (rows, columns, rank) = (shape.rows ?? 0, shape.columns ?? 0, shape.rank ?? 0)
        var generator = SeededGenerator(seed: 5)
        func values(_ count: Int) -> [Double] { (0..<count).map { _ in generator.nextUniform() - 0.5 } }
        let (scores, loads, noise) = (values(rows * rank), values(rank * columns), values(rows * columns))
        var result = Matrix(rows: rows, columns: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = noise[row * columns + column] * 0.02
                for i in 0..<rank {
                    sum += scores[row * rank + i] * 8 / Double(1 << i) * loads[i * columns + column]
                }
                result.storage[row * columns + column] = Float(sum)
            }
        }
        return result
    }

    private func check(_ found: PrincipalComponents, _ wanted: ProjectionReference.Components) {
        for (own, value) in zip(found.variances, wanted.variances) { #expect(abs(own / value - 1) < 1e-4) }
        for (own, value) in zip(found.shares, wanted.ratios) { #expect(abs(own - value) < 1e-5) }
        #expect(found.variances.count == wanted.variances.count)
        for (row, wanted) in wanted.components.enumerated() {
            let cosine = VectorMath.dot(Array(found.components[row: row]), wanted)
            #expect(abs(cosine) > 1 - 1e-4, "direction \(row) lies \(cosine) from the reference's")
        }
    }

    @Test func equalToReferenceByCovariance() throws {
        let vectors = Matrix(Self.reference.vectors)
        check(try PrincipalComponents(of: vectors, count: 4), Self.reference.pca)
    }

    @Test func equalToReferenceByRandomisedDecomposition() throws {
        #expect(Self.wide.columns > PrincipalComponents.exactLimit)
        check(try PrincipalComponents(of: Self.wide, count: 6, seed: 3), Self.reference.wide)
    }

    @Test func randomisedEqualsExact() {
        var generator = SeededGenerator(seed: 8)
        var vectors = Matrix(rows: 600, columns: 40)
        for index in vectors.storage.indices {
            vectors.storage[index] = Float(generator.nextNormal()) / Float(1 + index % 40).squareRoot()
        }
        let exact = PrincipalComponents.exact(vectors, count: 5, lanes: .serial)
        // More rows than columns, and fewer.
        for rows in [600, 60] {
            let some = vectors.selecting(Array(0..<rows))
            let wanted = rows == 600 ? exact : PrincipalComponents.exact(some, count: 5, lanes: .serial)
            let own = PrincipalComponents.randomised(some, count: 5, seed: 2, lanes: backwards)
            for i in 0..<5 {
                #expect(abs(own.squares[i] / wanted.squares[i] - 1) < 1e-4)
                let places = i * 40..<(i + 1) * 40
                let cosine = zip(own.directions[places], wanted.directions[places]).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(cosine) > 0.999)
            }
        }
    }

    @Test func directionsAreOrthonormalAndSigned() throws {
        for vectors in [Matrix(Self.reference.vectors), Self.wide] {
            let found = try PrincipalComponents(of: vectors, count: 8)
            for i in 0..<8 {
                let own = Array(found.components[row: i])
                #expect(own.max { abs($0) < abs($1) } ?? 0 > 0)
                for j in 0...i {
                    let product = VectorMath.dot(own, Array(found.components[row: j]))
                    #expect(abs(product - (i == j ? 1 : 0)) < 1e-5)
                }
            }
            #expect(found.variances == found.variances.sorted(by: >))
        }
    }

    @Test func inverseOfAllComponentsIsTheVector() throws {
        let vectors = Matrix(Self.reference.vectors)
        let found = try PrincipalComponents(of: vectors, count: 8)
        let back = found.inverse(found.transform(vectors))
        for (own, value) in zip(back.storage, vectors.storage) { #expect(abs(own - value) < 1e-4) }
    }

    @Test func transformHasTheVariancesFound() throws {
        let vectors = Matrix(Self.reference.vectors)
        let found = try PrincipalComponents(of: vectors, count: 3)
        let projected = found.transform(vectors)
        for column in 0..<3 {
            let squares = stride(from: column, to: projected.storage.count, by: 3)
                .reduce(0.0) { $0 + Double(projected.storage[$1]) * Double(projected.storage[$1]) }
            #expect(abs(squares / Double(vectors.rows - 1) / found.variances[column] - 1) < 1e-4)
        }
    }

    @Test func vectorsWithoutSpreadStillGiveABasis() throws {
        let flat = Matrix(Array(repeating: [1, 2, 3], count: 5))
        let found = try PrincipalComponents(of: flat, count: 3)
        #expect(found.variances == [0, 0, 0])
        #expect(found.shares == [0, 0, 0])
        for i in 0..<3 { #expect(abs(VectorMath.norm(Array(found.components[row: i])) - 1) < 1e-6) }
    }

    @Test func rankBelowTheCountIsCompleted() throws {
        var generator = SeededGenerator(seed: 1)
        var vectors = Matrix(rows: 30, columns: 200)
        for row in 0..<30 {
            let (x, y) = (Float(generator.nextUniform()), Float(generator.nextUniform()))
            for column in 0..<200 { vectors.storage[row * 200 + column] = column % 2 == 0 ? x : y }
        }
        let found = try PrincipalComponents(of: vectors, count: 5)
        #expect(found.variances[1] > 0.1 && found.variances[2] < 1e-6)
        for i in 0..<5 {
            for j in 0..<i {
                let product = VectorMath.dot(Array(found.components[row: i]), Array(found.components[row: j]))
                #expect(abs(product) < 1e-4)
            }
        }
    }

    @Test func countOutOfRangeIsRefused() {
        let vectors = Matrix([[1, 2], [3, 4], [5, 7]])
        for count in [0, 3] {
            let error = #expect(throws: ProjectionError.self) { try PrincipalComponents(of: vectors, count: count) }
            #expect(error?.description.contains("choose 1 to 2") == true)
        }
    }

    @Test func lanesDoNotMatter() throws {
        var vectors = Matrix(Self.reference.vectors)
        for _ in 0..<3 { vectors = Matrix(columns: 8, storage: vectors.storage + vectors.storage.reversed()) }
        let serial = try PrincipalComponents(of: vectors, count: 4)
        #expect(try PrincipalComponents(of: vectors, count: 4, lanes: backwards) == serial)
    }
}
