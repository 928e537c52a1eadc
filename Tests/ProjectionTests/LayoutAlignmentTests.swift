import Foundation
import Kernels
import TestSupport
import Testing

@testable import Projection

@Suite("Alignment of layouts")
struct LayoutAlignmentTests {
    static let layout = Matrix(ProjectionReference.shared.layout)

    /// The layout turned, stretched, shifted and perhaps reflected.
    private func moved(angle: Float, scale: Float, reflected: Bool) -> Matrix {
        var result = Self.layout
        for row in 0..<result.rows {
            let x = result.storage[2 * row] * (reflected ? -1 : 1)
            let y = result.storage[2 * row + 1]
            result.storage[2 * row] = scale * (cos(angle) * x - sin(angle) * y) + 4
            result.storage[2 * row + 1] = scale * (sin(angle) * x + cos(angle) * y) - 7
        }
        return result
    }

    @Test(arguments: [false, true], [Float(0.3), 2.5])
    func turnsScalesAndShiftsAreUndone(reflected: Bool, scale: Float) throws {
        let other = moved(angle: 1.1, scale: scale, reflected: reflected)
        let alignment = try LayoutAlignment(of: other, to: Self.layout)
        #expect(alignment.displacement < 1e-5)
        #expect(abs(alignment.scale * scale - 1) < 1e-4)
        for (own, value) in zip(alignment.apply(other).storage, Self.layout.storage) {
            #expect(abs(own - value) < 1e-3)
        }
    }

    @Test func displacementIsWhatIsLeft() throws {
        var other = moved(angle: 2, scale: 1, reflected: false)
        var generator = SeededGenerator(seed: 4)
        for index in other.storage.indices { other.storage[index] += Float(generator.nextNormal()) * 0.2 }
        let near = try LayoutAlignment(of: other, to: Self.layout).displacement
        for index in other.storage.indices { other.storage[index] += Float(generator.nextNormal()) * 2 }
        let far = try LayoutAlignment(of: other, to: Self.layout).displacement
        #expect(near > 0.01 && near < 0.2 && far > 3 * near)
    }

    @Test func newPointsFollow() throws {
        let other = moved(angle: -0.7, scale: 2, reflected: true)
        let half = Array(0..<Self.layout.rows / 2)
        let alignment = try LayoutAlignment(of: other.selecting(half), to: Self.layout.selecting(half))
        for (own, value) in zip(alignment.apply(other).storage, Self.layout.storage) {
            #expect(abs(own - value) < 1e-3)
        }
    }

    @Test func rotationIsOrthogonalInAnyDimension() throws {
        var generator = SeededGenerator(seed: 4)
        func random() -> Matrix {
            Matrix(columns: 5, storage: (0..<100).map { _ in Float(generator.nextNormal()) })
        }
        let rotation = try LayoutAlignment(of: random(), to: random()).rotation
        for i in 0..<5 {
            for j in 0...i {
                let product = VectorMath.dot(Array(rotation[row: i]), Array(rotation[row: j]))
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-5)
            }
        }
    }

    @Test func onePlaceAloneIsShifted() throws {
        let alignment = try LayoutAlignment(of: Matrix([[1, 2]]), to: Matrix([[5, 5]]))
        #expect(alignment.scale == 1)
        #expect(alignment.apply(Matrix([[1, 2]])).storage == [5, 5])
    }

    @Test func differentShapesAreRefused() {
        #expect(throws: ProjectionError.self) {
            try LayoutAlignment(of: Self.layout.selecting([0, 1]), to: Self.layout)
        }
        #expect(throws: ProjectionError.self) {
            try LayoutAlignment(of: Matrix(rows: 0, columns: 2), to: Matrix(rows: 0, columns: 2))
        }
    }
}
