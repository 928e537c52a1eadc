import Embedding
import Foundation
import Kernels
import Testing

@Suite("Ready-made vectors")
struct VectorSpaceTests {
    static let elements: [Float] = [0.5, -1.25, 3, 1e-3]
    static let bytes = elements.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
    static let text = "[0.5, -1.25, 3, 0.001]"
    static let base64 = Data(bytes).base64EncodedString()

    static func code(_ value: FieldValue, _ space: VectorSpace) -> InputRejection.Code? {
        do {
            _ = try space.input(from: value)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("reads every way of writing the same vector")
    func encodings() throws {
        let values: [(FieldValue, VectorEncoding)] = [
            (.numbers([0.5, -1.25, 3, 1e-3]), .json), (.text(Self.text), .json), (.bytes(Array(Self.text.utf8)), .json),
            (.text(Self.base64), .base64), (.bytes(Array(Self.base64.utf8)), .base64), (.bytes(Self.bytes), .binary),
        ]
        for (value, encoding) in values {
            for encoding in [encoding, .automatic] {
                let space = VectorSpace(dimension: 4, metric: .euclidean, encoding: encoding)
                #expect(try space.input(from: value) == .vector(Self.elements), "\(encoding) \(value)")
            }
        }
    }

    @Test("brings vectors to unit length under the cosine alone", arguments: [1e-30, 1.0, 1e30])
    func normalises(magnitude: Double) throws {
        let value = FieldValue.numbers([3 * magnitude, 0, -4 * magnitude])
        guard case .vector(let unit) = try VectorSpace(dimension: 3).input(from: value) else { return }
        #expect(zip(unit, [0.6, 0, -0.8]).allSatisfy { abs($0 - $1) < 1e-6 })
        let plain = try VectorSpace(dimension: 3, metric: .euclidean).input(from: value)
        #expect(plain == .vector([Float(3 * magnitude), 0, Float(-4 * magnitude)]))
    }

    @Test("refuses what is no such vector, and says why")
    func refusals() {
        let cosine = VectorSpace(dimension: 2)
        let euclidean = VectorSpace(dimension: 2, metric: .euclidean)
        #expect(Self.code(.numbers([1]), cosine) == .wrongDimension)
        #expect(Self.code(.numbers([1, 2, 3]), euclidean) == .wrongDimension)
        #expect(Self.code(.numbers([0, 0]), cosine) == .notFinite)
        #expect(Self.code(.numbers([0, 0]), euclidean) == nil)
        #expect(Self.code(.numbers([.nan, 1]), euclidean) == .notFinite)
        #expect(Self.code(.numbers([1e300, 1]), euclidean) == .notFinite)
        #expect(Self.code(.text(""), cosine) == .empty)
        #expect(Self.code(.bytes([]), cosine) == .empty)
        #expect(Self.code(.text("[1, \"two\"]"), cosine) == .malformedVector)
        #expect(Self.code(.text("[1, 2"), cosine) == .malformedVector)
        #expect(Self.code(.text("not base64!"), cosine) == .malformedVector)
        #expect(Self.code(.bytes([1, 2, 3]), VectorSpace(dimension: 2, encoding: .binary)) == .malformedVector)
        #expect(Self.code(.numbers([1, 2]), VectorSpace(dimension: 2, encoding: .base64)) == .wrongType)
        #expect(Self.code(.text("[1, 2]"), VectorSpace(dimension: 2, encoding: .binary)) == .wrongType)
    }

    @Test("gathers vectors into rows")
    func lane() {
        let matrix = VectorSpace(dimension: 2).makeLane().embed([.vector([1, 0]), .vector([0, 1])])
        #expect(matrix == Matrix(columns: 2, storage: [1, 0, 0, 1]))
    }
}
