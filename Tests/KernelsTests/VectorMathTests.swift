import Kernels
import Testing

@Suite("Vector arithmetic")
struct VectorMathTests {
    @Test("equals the definition at every length", arguments: [0, 1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 384, 1000])
    func definition(count: Int) {
        let a = [Float].random(count, seed: 1)
        let b = [Float].random(count, seed: 2)
        let dot = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        let squared = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        #expect(abs(Double(VectorMath.dot(a, b)) - dot) < 1e-4)
        #expect(abs(Double(VectorMath.squaredDistance(a, b)) - squared) < 1e-4)
        var sum = a
        VectorMath.add(b, times: 2.5, to: &sum, count: count)
        #expect(largestDifference(sum, zip(a, b).map { $0 + 2.5 * $1 }) < 1e-6)
    }

    @Test("normalises to unit length and leaves zero alone")
    func normalise() {
        var x: [Float] = [3, 0, 4]
        #expect(VectorMath.normalise(&x) == 5)
        #expect(largestDifference(x, [0.6, 0, 0.8]) < 1e-7)
        var zero: [Float] = [0, 0]
        #expect(VectorMath.normalise(&zero) == 0)
        #expect(zero == [0, 0])
    }
}
