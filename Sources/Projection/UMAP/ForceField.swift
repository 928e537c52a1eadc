/// What the difference of two points is multiplied with to get the step.
struct ForceField {
    private let a: Float
    private let b: Float
    private let attraction: SIMD8<Float>
    private let repulsion: SIMD8<Float>
    private let softening: SIMD8<Float>

    /// Keeps repulsion finite where points meet.
    private static let nearest: Float = 1e-3

    init(curve: MembershipCurve, negativeSamples: Int) {
        (a, b) = (Float(curve.a), Float(curve.b))
        var attraction = SIMD8<Float>(repeating: 0)
        var repulsion = SIMD8<Float>(repeating: 0)
        var softening = SIMD8<Float>(repeating: Self.nearest)
        attraction[0] = Float(-2 * curve.a * curve.b)
        softening[0] = 0
        for lane in 1...negativeSamples { repulsion[lane] = Float(2 * curve.b) }
        self.attraction = attraction
        self.repulsion = repulsion
        self.softening = softening
    }

    /// - Parameter squares: of the distances; lane 0 pulls, the others push.
    @inline(__always)
    func factors(_ squares: SIMD8<Float>) -> SIMD8<Float> {
        let bounded = pointwiseMax(squares, SIMD8(repeating: 1e-20))
        let power = FastPower.power(bounded, b)
        return (attraction * power + repulsion) / ((bounded + softening) * (power * a + 1))
    }
}
