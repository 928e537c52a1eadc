import Kernels
import TestSupport
import Testing

@testable import Projection

@Suite("Trustworthiness")
struct TrustworthinessTests {
    static let reference = ProjectionReference.shared

    @Test func equalToReference() throws {
        let vectors = Matrix(Self.reference.vectors)
        let layout = Matrix(Self.reference.layout)
        for measured in Self.reference.trustworthiness {
            let own = try Trustworthiness.measure(
                layout,
                of: vectors,
                neighbours: measured.neighbours,
                lanes: backwards
            )
            #expect(abs(own - measured.value) < 1e-9)
        }
    }

    @Test func theVectorsThemselvesAreTrustworthy() throws {
        let vectors = Matrix(Self.reference.vectors)
        #expect(try Trustworthiness.measure(vectors, of: vectors) == 1)
    }

    @Test func cosineIsEuclideanOnTheSphere() throws {
        var vectors = Matrix(Self.reference.vectors)
        VectorMath.normaliseRows(&vectors)
        let layout = Matrix(Self.reference.layout)
        let cosine = try Trustworthiness.measure(layout, of: vectors, metric: .cosine)
        #expect(abs(cosine - (try Trustworthiness.measure(layout, of: vectors))) < 1e-5)
    }

    @Test func whatDoesNotFitIsRefused() {
        let vectors = Matrix(Array(Self.reference.vectors[..<10]))
        let layout = Matrix(Array(Self.reference.layout[..<10]))
        #expect(throws: ProjectionError.self) { try Trustworthiness.measure(layout, of: vectors, neighbours: 5) }
        #expect(throws: ProjectionError.self) { try Trustworthiness.measure(layout, of: vectors, neighbours: 0) }
        let short = layout.selecting([0, 1, 2])
        #expect(throws: ProjectionError.self) { try Trustworthiness.measure(short, of: vectors, neighbours: 1) }
    }
}
